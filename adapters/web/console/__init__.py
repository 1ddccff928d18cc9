"""The console in the browser: for moderators of one community, and for operators. Its routes guard themselves."""

"""The console as plain data: what moderators and operators see in a browser, and how long they are let in."""

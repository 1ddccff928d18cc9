"""The chat page: a channel in the browser, one message per job, live. Everything it needs is given to `WebServer`."""

"""Discord as people have it: services that are killed, and pictures of what they see."""

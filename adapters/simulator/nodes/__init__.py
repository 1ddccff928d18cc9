"""What the node classes of the shipped workflows do here."""

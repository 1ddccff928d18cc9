"""What can be asked: parameters, the command grammar, manifests, graphs. Pure; imports nothing of ours."""

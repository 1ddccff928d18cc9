"""The facts about a ComfyUI server that Fairbrush relies on, checked on the simulator and on real servers."""

"""ComfyUI: one server of it behind the `Server` port."""

from adapters.comfyui.address import ComfyAddress, trust
from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.server import ComfyServer

__all__ = ["ComfyAddress", "ComfyLimits", "ComfyServer", "trust"]

"""ComfyUI: one server of it behind the `Server` port."""

"""Where inputs and results are kept: a folder of this machine."""

from adapters.files.links import LinkSigner
from adapters.files.local import LocalFiles

__all__ = ["LinkSigner", "LocalFiles"]

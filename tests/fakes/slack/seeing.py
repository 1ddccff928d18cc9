"""Who sees what, and what can be read in it."""

from .state import Message, User, View
from .walking import looks


def sees(user: User, message: Message) -> bool:
    """Whether a message stands there for somebody; public channels can be read by all but guests."""
    channel = message.channel
    is_in = user.id in channel.members or (channel.kind == "channel" and not user.is_guest and user.home is None)
    return message.deleted_at is None and is_in and message.ephemeral_to in {None, user}


def read(view: View) -> str:
    """Return all that can be read in a form or an App Home."""
    shape, names = view.shape, view.team.names()
    heads = [shape[name]["text"] for name in ("title", "submit", "close") if name in shape]
    return "\n".join([*heads[:1], looks("", shape["blocks"], names).text, *heads[1:]])

"""One team as a test uses it: its channels, its members, the application there, and what an administrator does."""

from dataclasses import dataclass

from . import oauth
from .delivery import Delivery
from .events import tell_archived, tell_channel_deleted, tell_joined, tell_left
from .members import Member
from .state import Channel, Kind, Team, User, World


@dataclass(frozen=True, slots=True)
class Workspace:
    """A team."""

    world: World
    state: Team
    delivery: Delivery

    @property
    def id(self) -> str:
        """Its id."""
        return self.state.id

    @property
    def name(self) -> str:
        """Its name."""
        return self.state.name

    @property
    def bot(self) -> User:
        """The application's user."""
        return self.state.bot

    @property
    def token(self) -> str:
        """The newest token that the application got for it."""
        return self.state.tokens[-1].text

    def channel(self, name: str, *, kind: Kind = "channel", has_bot: bool = True, is_shared: bool = False) -> Channel:
        """Return the channel of that name, made if need be; everybody of the team is in it, guests aside."""
        for each in self.state.channels.values():
            if each.name == name:
                return each
        number = self.world.clock.name("G" if kind in {"group", "mpim"} else "C")
        channel = Channel(id=number, team=self.state, name=name, kind=kind, is_shared=is_shared)
        channel.members |= {each.id for each in self.state.users.values() if not each.is_bot}
        channel.members |= {self.bot.id} if has_bot else set()
        self.state.channels[number] = channel
        return channel

    def user(self, name: str, *, number: str | None = None) -> User:
        """Return the user of that name, new if need be; `number` is their id, that another team may have as well."""
        found = next((each for each in self.state.users.values() if each.name == name), None)
        if found is None:
            found = User(id=number or self.world.clock.name("U"), team=self.state, name=name)
            self.state.users[found.id] = found
            for channel in self.state.channels.values():
                channel.members |= {found.id} if channel.kind in {"channel", "group"} else set()
        return found

    def member(self, name: str, *, number: str | None = None) -> Member:
        """Return somebody who uses the application here."""
        return Member(self.world, self.user(name, number=number), self.delivery)

    def stranger(self, name: str, home: str) -> Member:
        """Return somebody of another organisation (its team's id), who is here by Slack Connect."""
        user = self.user(name)
        user.home = home
        return Member(self.world, user, self.delivery)

    def usergroup(self, handle: str, *users: User) -> str:
        """Make a group of users; returns its id."""
        number = self.world.clock.name("S")
        self.state.usergroups[number] = (handle, [each.id for each in users])
        return number

    def invite(self, channel: Channel, user: User | None = None) -> None:
        """Let somebody into a channel: the application, if nobody is named."""
        whom = user or self.bot
        channel.members.add(whom.id)
        tell_joined(self.world, channel, whom)

    def remove(self, channel: Channel, user: User | None = None) -> None:
        """Take somebody out of a channel: the application, if nobody is named."""
        whom = user or self.bot
        channel.members.discard(whom.id)
        tell_left(self.world, channel, whom)

    def archive(self, channel: Channel) -> None:
        """Archive a channel."""
        channel.is_archived = True
        tell_archived(self.world, channel)

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel with all that is in it."""
        del self.state.channels[channel.id]
        tell_channel_deleted(self.world, channel)

    def reinstall(self, scopes: set[str] | None = None) -> str:
        """Install the application again, with other scopes perhaps; returns the new token."""
        return self.world.issue(self.state, scopes).text

    def uninstall(self) -> None:
        """Throw the application out: its tokens die, and it is told."""
        oauth.uninstall(self.world, self.state)

    def revoke(self) -> None:
        """Take its tokens from the application without uninstalling it, and tell it."""
        oauth.revoke(self.world, self.state)

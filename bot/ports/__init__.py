"""What `bot` asks of the world. The promises stand in the docstrings; one contract suite per port keeps them."""

from bot.leases import ATTEMPTS as ATTEMPTS  # what the ports below take and answer is had with them
from bot.leases import Cancelling as Cancelling
from bot.leases import Charge as Charge
from bot.leases import Counted as Counted
from bot.leases import Held as Held
from bot.leases import LaneTable as LaneTable
from bot.leases import Lease as Lease
from bot.leases import Renewal as Renewal
from bot.leases import Settlement as Settlement
from bot.leases import Span as Span
from bot.ports.chat import ANSWER_S as ANSWER_S
from bot.ports.chat import RETRY_AFTER_S as RETRY_AFTER_S
from bot.ports.chat import UPLOAD_BYTES_PER_S as UPLOAD_BYTES_PER_S
from bot.ports.chat import ChatPlatform as ChatPlatform
from bot.ports.chat import Notice as Notice
from bot.ports.chat import NoticeState as NoticeState
from bot.ports.chat import NoticeStore as NoticeStore
from bot.ports.console import SessionStore as SessionStore
from bot.ports.console import UsageStore as UsageStore
from bot.ports.policy import AuditStore as AuditStore
from bot.ports.policy import Census as Census
from bot.ports.policy import DoomedStore as DoomedStore
from bot.ports.policy import ReviewStore as ReviewStore
from bot.ports.policy import RulebookStore as RulebookStore
from bot.ports.queue import EQUAL as EQUAL
from bot.ports.queue import CounterStore as CounterStore
from bot.ports.queue import JobQueue as JobQueue
from bot.ports.queue import LaneStore as LaneStore
from bot.ports.queue import Overview as Overview
from bot.ports.server import Finding as Finding
from bot.ports.server import Found as Found
from bot.ports.server import Handle as Handle
from bot.ports.server import NotFound as NotFound
from bot.ports.server import Server as Server
from bot.ports.server import ServerFacts as ServerFacts
from bot.ports.server import Stopping as Stopping
from bot.ports.stores import FileStore as FileStore
from bot.ports.stores import Hints as Hints
from bot.ports.stores import JobStore as JobStore
from bot.ports.stores import LiveBoard as LiveBoard
from bot.ports.stores import ReportStore as ReportStore
from bot.ports.stores import SecretStore as SecretStore
from bot.ports.stores import ServerStore as ServerStore
from bot.ports.stores import TextStore as TextStore
from bot.ports.stores import TurnStore as TurnStore
from bot.status import Live as Live  # a card is made of it; the LiveBoard below carries it

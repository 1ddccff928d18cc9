"""Where moderators read of somebody, they read a name: as it is known, never one that pings."""

from bot.moderators import audit_row
from bot.naming import person
from bot.policy.audit import RULES, AuditEntry, Outcome
from bot.policy.measures import BanUser, CancelJob, ResetUsage, SetZone, ShowReports, ShowUser, Unban
from bot.policy.verbs import BY_NAME
from bot.presiding import Presiding
from bot.reports import Report
from tests.unit.bot.moderated import ANN, BEN, GUILD, House
from tests.unit.bot.test_moderation import MOD, OPERATOR, bench, did


async def test_whoever_has_asked_before_is_told_of_by_name_and_others_by_their_id():
    house = House()
    await house.asked()

    assert "Ann is banned" in await did(house, BanUser(user="ann", reason=""))
    assert "zed is banned" in await did(house, BanUser(user="zed", reason=""))
    assert "What Ann used" in await did(house, ResetUsage(user="ann"))
    assert "What holds for Ann (ann)" in await did(house, ShowUser(user="ann"))


async def test_a_name_that_the_platform_says_needs_no_look_and_is_kept_in_the_audit():
    house = House()
    await did(house, BanUser(user="zed", reason="", called="Zed the Great"))

    [entry] = await house.audit.newest(GUILD, limit=9)
    assert entry.details["name"] == "Zed the Great"
    assert audit_row(entry)[1].startswith("banned Zed the Great (zed)")
    assert "Zed" in await did(house, Unban(user="zed", called="Zed the Great"))


async def test_the_audit_of_a_job_says_whose_it_was_and_a_zone_is_no_name_of_anybody():
    house = House()
    job_id = (await house.asked()).record.job.id
    await did(house, CancelJob(job_id=job_id))
    await did(house, SetZone(name="UTC"))

    zone, cancel = await house.audit.newest(GUILD, limit=2)
    assert audit_row(cancel)[1] == f"cancelled the job {job_id} of Ann (ann)"
    assert audit_row(zone)[1] == "made days begin in UTC"


async def test_an_entry_of_before_names_an_id():
    entry = AuditEntry(author=RULES, measure="banned", tenant=GUILD, user="80351", outcome=Outcome.AUTOMATIC)
    assert audit_row(entry)[1] == "refused a request of 80351, who is banned"


async def test_reports_say_who_reported_what_of_whom():
    house = House()
    receipt = await house.asked()
    job = receipt.record.job
    await house.reports.add(
        Report(job_id=job.id, workflow="txt2img", requester=ANN, reporter=BEN, place=job.place, reason="rude")
    )

    told = await did(house, ShowReports())
    assert "Ben (ben)" in told
    assert f"rude (of Ann (ann), {job.id})" in told


async def test_everywhere_nobody_is_looked_for_who_could_be_several():
    house = House()
    await house.asked()
    assert "web/ann is banned" in await did(house, BanUser(user="web/ann", reason=""), OPERATOR, None)


def test_a_name_is_one_visible_line_and_stands_with_its_id_once():
    assert person("Ann", "1") == "Ann (1)"
    assert person("1", "1") == "1"
    assert person("", "1") == "1"
    assert person("a\nb\u202ec", "1").count("\n") == 0
    assert len(person("x" * 500, "1")) < 80


async def test_what_the_platform_calls_somebody_goes_with_the_measure():
    seen = []

    class Bench:
        def catalog(self):
            raise AssertionError

        async def moderate(self, actor, measure, tenant):
            seen.append(measure)
            return await bench(House()).do(actor, measure, tenant)

    answer = await Presiding(bench=Bench(), command="/mod").do(
        MOD, BY_NAME["ban"], {"user": "7", "reason": "spam"}, called="Ada"
    )
    assert seen[0].called == "Ada"
    assert answer.sections[0].headline.startswith("Ada is banned")

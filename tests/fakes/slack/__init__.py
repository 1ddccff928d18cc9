"""A strict Slack of our own on 127.0.0.1: Web API, files, OAuth, Socket Mode and signed HTTP, and members who use it.

It is written after Slack's documentation (2026-08) and its description of methods (2026-08-20). Where those are silent,
the number stands in `limits.py` with where it was seen.

    async with FakeSlack() as slack:                        # server.py: teams, switches
        team = slack.team("Acme")                           # workspaces.py: channels, members; team.token, team.bot
        general = team.channel("general")
        ada = team.member("ada")                            # members.py: slash, click, shortcut, submit, home
        client = AsyncWebClient(team.token, base_url=slack.url)
        asked = await ada.slash(general, "/imagine", "a cat steps:30")
        await asked.shows("Painting")                       # the message that says so; its `versions` have their times
        assert not slack.record.too_many                    # record.py: every request, when, and how it was answered

`workspaces.Workspace` archives channels, invites and removes, uninstalls; `oauth.agree` installs a team that is new;
`slack.orphans()` names files that nothing shows; `message.seen` says what is read, who is pinged and where it links.
What members do goes out by Socket Mode (socket.py: `slack.socket.drop()`, `silence()`, `disconnect("warning")`), or by
signed HTTP once `slack.delivery.url` is set (delivery.py: `seal = Seal.STALE`, `deaf = 1`, `again(sent)`, `late`,
`unanswered`); `slack.delivery.register(manifest)` lets only what the application's manifest says reach it.
`slack.faults.plan(Lost(), "chat.postMessage")` (faults.py) and `slack.clock.advance(1801)` let the world go wrong;
`Limits(ack_s=30)` is for tests that are not about deadlines.
"""

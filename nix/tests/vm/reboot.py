meet()
next_one = prepared()["next"]

with subtest("a confirmed deploy is what the server boots"):
    rev = commit(next_one)
    done = deploy(rev)
    assert ended(done) == (0, "deployed"), done
    confirmed = done["outputs"]["system"]
    server.shutdown()
    server.start()
    server.wait_for_unit("multi-user.target")
    assert real("/run/booted-system") == running() == confirmed == default()
    assert commit_of("/run/booted-system") == rev
    server.succeed("test -e /etc/next")

with subtest("the plug is pulled before anybody confirmed"):
    rev = commit(next_one)
    runner.wait_until_succeeds("ssh server hello", timeout=60)
    runner.succeed(f"ssh server deploy unplugged-1 {rev} switch 300 900 >/tmp/events 2>/dev/null </dev/null &")
    runner.wait_until_succeeds("grep -q awaiting-confirm /tmp/events", timeout=300)
    unconfirmed = running()
    assert commit_of(unconfirmed) == rev
    assert default() == confirmed != unconfirmed
    server.crash()
    server.start()
    server.wait_for_unit("multi-user.target")
    assert real("/run/booted-system") == running() == confirmed == default()

with subtest("and the deploy is told as rolled back"):
    runner.wait_until_succeeds("ssh server hello", timeout=60)
    result = ask("attach unplugged-1 0")[-1]
    assert (result["type"], result["status"], result["exitCode"]) == ("result", "rolled-back", 81), result
    assert (result["rev"], result["system"]) == (rev, unconfirmed), result
    nonce = next(
        event["nonce"]
        for event in map(json.loads, runner.succeed("cat /tmp/events").splitlines())
        if event["type"] == "awaiting-confirm"
    )
    runner.fail(f"ssh server confirm unplugged-1 {nonce}")
    assert running() == confirmed == default()

with subtest("the server takes the next deploy"):
    done = deploy(commit(next_one))
    assert ended(done) == (0, "deployed"), done
    assert running() == default() == done["outputs"]["system"]

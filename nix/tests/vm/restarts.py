meet()
systems = prepared()

ONE = "http://10.0.0.10:8787"
TWO = "http://10.0.0.11:8787"
# Units without a process of their own: it is the invocation that must stay the same.
OTHERS = ["nftables.service", "vps-deploy-intake.path", "vps-deploy-worker.path", "run-vps\\x2ddeploy-inbox.mount"]


def invocations() -> dict[str, str]:
    """The main process and the invocation of everything that runs, but for the deploys themselves and logins."""
    listed = server.succeed("systemctl list-units --type=service --state=running --plain --no-legend").splitlines()
    names = [line.split()[0] for line in listed]
    names = [name for name in names if not name.startswith(("vps-deploy-", "user@"))] + OTHERS
    quoted = " ".join(map(shlex.quote, names))
    said = server.succeed(f"systemctl show --property=Id,ActiveState,MainPID,InvocationID -- {quoted}")
    blocks = [dict(line.split("=", 1) for line in block.splitlines()) for block in said.strip().split("\n\n")]
    return {block.pop("Id"): json.dumps(block, sort_keys=True) for block in blocks}


def touched(before: dict[str, str]) -> set[str]:
    after = invocations()
    return {name for name, invocation in before.items() if after.get(name) != invocation}


server.wait_until_succeeds(f"curl --fail --silent {ONE} | grep -F 'This is one.'", timeout=300)
server.wait_until_succeeds(f"curl --fail --silent {TWO} | grep -F 'This is two.'", timeout=300)
runner.wait_until_succeeds("curl --fail --silent http://server | grep -F 'This is Caddy.'", timeout=60)

with subtest("a changed port of Caddy concerns Caddy alone"):
    before = invocations()
    watched = {"sshd.service", "caddy.service", "container@one.service", "container@two.service", *OTHERS}
    assert watched <= before.keys(), watched - before.keys()
    done = deploy(commit(systems["port"]))
    assert ended(done) == (0, "deployed"), done
    assert touched(before) <= {"caddy.service"}, touched(before)
    changed = json.loads(done["outputs"]["changed-units"])
    assert "caddy.service" in changed["restarted"] + changed["reloaded"], changed
    assert set(changed["restarted"]) <= {"caddy.service"}, changed
    # Both read their files anew and go on: the firewall opens the port, and the bus has files of packages, one of which
    # knows the commit.
    assert set(changed["reloaded"]) <= {"caddy.service", "nftables.service", "dbus-broker.service"}, changed
    # The first switch after a boot starts a target and a service of its own, so of `started` nothing is asked.
    assert changed["stopped"] == [], changed
    runner.wait_until_succeeds("curl --fail --silent http://server:8080 | grep -F 'This is Caddy.'", timeout=30)
    runner.fail("curl --silent --max-time 5 http://server")

with subtest("a changed container is restarted, and nothing else is"):
    before = invocations()
    done = deploy(commit(systems["container"]))
    assert ended(done) == (0, "deployed"), done
    assert touched(before) == {"container@one.service"}, touched(before)
    server.wait_until_succeeds(f"curl --fail --silent {ONE} | grep -F 'This is another one.'", timeout=60)
    server.succeed(f"curl --fail --silent {TWO} | grep -F 'This is two.'")

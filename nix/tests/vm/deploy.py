meet()
systems = prepared()
first = running()

with subtest("a good deploy runs at once and from the next boot on"):
    rev = commit(systems["good"])
    done = deploy(rev)
    assert ended(done) == (0, "deployed"), done
    good = done["outputs"]["system"]
    assert done["outputs"]["previous-system"] == first != good
    assert running() == good == default()
    assert commit_of("/run/current-system") == rev
    server.require_unit_state("added.service")

with subtest("the same commit again changes nothing"):
    assert ended(deploy(rev)) == (0, "unchanged")
    assert running() == good == default()

with subtest("a unit that fails takes the whole deploy back"):
    done = deploy(commit(systems["broken"]))
    assert ended(done) == (1, "rolled-back"), done
    assert json.loads(done["outputs"]["failed-units"]) == ["broken.service"]
    assert running() == good == default()
    server.fail("systemctl cat broken.service")
    server.require_unit_state("added.service")

# Nobody confirms over a connection that nobody can open: the server goes back by itself, and can be reached again.
for name in ["closed", "offline"]:
    with subtest(f"a new system that leaves the server {name} is taken back by the server itself"):
        rev = commit(systems[name])
        done = deploy(rev, confirm_timeout="40s", health_timeout="10s", connect_timeout="5s")
        assert ended(done) == (1, "rolled-back"), done
        assert commit_of(done["outputs"]["system"]) == rev
        assert ask("status")[0]["lastResult"]["exitCode"] == 81
        assert running() == good == default()

with subtest("what was rolled back stands in no deploy's way"):
    rev = commit(systems["good"])
    done = deploy(rev)
    assert ended(done) == (0, "deployed"), done
    assert running() == default() == done["outputs"]["system"]
    assert commit_of("/run/current-system") == rev

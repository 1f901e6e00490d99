meet()


def refused(request: str) -> None:
    """One line on stderr, exit 64, and nothing was run."""
    code, said = runner.execute(f"ssh server -- {shlex.quote(request)} 2>/tmp/stderr")
    assert (code, said) == (64, ""), (request, code, said)
    stderr = runner.succeed("cat /tmp/stderr")
    assert len(stderr.splitlines()) == 1 and "uid=" not in stderr, stderr


with subtest("no command is run, whatever it hides in"):
    before = ask("status")
    for request in ["id", "hello; id", "hello $(id)", "hello `id`", "hello\nid", "hello | id", "/bin/sh -c id"]:
        refused(request)
    for request in ["deploy", "deploy x x switch 60 600", "attach ../../etc 0", "status --help", "HELLO", " hello"]:
        refused(request)
    refused("a" * 513)
    assert ask("status") == before

with subtest("the key opens no terminal"):
    code, said = runner.execute("ssh -tt server hello 2>&1")
    assert "PTY allocation request failed" in said, said

with subtest("it forwards nothing"):
    runner.succeed("ssh server hello")
    runner.fail("ssh -W localhost:22 server </dev/null")
    runner.fail("ssh -N -o ExitOnForwardFailure=yes -R 2222:localhost:22 server", timeout=30)
    runner.succeed("ssh -N -f -o ControlMaster=yes -o ControlPath=/tmp/master -L 2222:localhost:22 server")
    runner.fail("ssh-keyscan -T 5 -p 2222 localhost | grep .")
    runner.execute("ssh -o ControlPath=/tmp/master -O exit server")

with subtest("it copies no file"):
    runner.fail("echo 'get /etc/hostname /tmp/copy' | sftp -b - server")
    runner.fail("scp server:/etc/hostname /tmp/copy")
    runner.fail("scp -O server:/etc/hostname /tmp/copy")
    runner.fail("test -e /tmp/copy")

with subtest("sshd itself says so, whatever the keys say"):
    for other in ["host=runner,addr=192.168.1.1", "host=elsewhere,addr=203.0.113.9"]:
        effective = server.succeed(f"$(command -v sshd) -T -C user=deploy,{other}").lower().splitlines()
        for line in ["permittty no", "allowtcpforwarding no", "allowagentforwarding no", "x11forwarding no"]:
            assert line in effective, (line, effective)
        assert any(line.startswith("forcecommand ") and "vps-deploy" in line for line in effective), effective

with subtest("who is deploy can let nobody else in"):
    home = server.succeed("getent passwd deploy").split(":")[5]
    assert server.succeed(f"stat -c %U {home}").strip() == "root"
    server.fail(f"runuser -u deploy -- mkdir {home}/.ssh")
    server.fail("runuser -u deploy -- touch /etc/ssh/authorized_keys.d/deploy")

with subtest("the deploy key is nobody else's"):
    runner.fail("ssh -l root server true")

KEY = "/var/lib/sops-nix/key.txt"
METADATA = "169.254.169.254"
CURL = "curl --silent --show-error --fail --max-time 5"


def inside(name: str, command: str) -> str:
    return server.succeed(f"nixos-container run {name} -- {command}")


def not_inside(name: str, command: str) -> str:
    return server.fail(f"nixos-container run {name} -- {command}")


start_all()
outside.wait_for_unit("multi-user.target")
server.wait_for_unit("multi-user.target")
for container in ["web", "keyless", "waiting"]:
    server.wait_for_unit(f"container@{container}.service", timeout=400)
    # Of one that is degraded it says so and ends with 1; which unit it is stands below.
    server.wait_until_succeeds(
        f"(systemctl --machine={container} is-system-running || true) | grep -E 'running|degraded'", timeout=300
    )
outside.wait_for_open_port(80)
server.wait_for_open_port(443)

with subtest("no unit failed, on the server or in a container"):
    for where in ["", "--machine=web", "--machine=keyless", "--machine=waiting"]:
        failed = server.succeed(f"systemctl {where} list-units --failed --plain --no-legend").strip()
        assert failed == "", f"{where or 'server'}: {failed}"

with subtest("containers reach out, by address and by name"):
    for container in ["web", "keyless"]:
        assert "This is outside." in inside(container, f"{CURL} http://{OUTSIDE}")
        assert "This is outside." in inside(container, f"{CURL} http://anything.example.org")

with subtest("a container is reached through Caddy"):
    site = f"{CURL} --insecure --resolve test.example.org:443:{SERVER} https://test.example.org"
    outside.wait_until_succeeds(f"{site} | grep -F 'Served by web, 10.0.0.10.'", timeout=60)
    outside.succeed(
        f"curl --silent --max-time 5 --output /dev/null --write-out '%{{redirect_url}}' "
        f"--resolve test.example.org:80:{SERVER} http://test.example.org | grep -F https://test.example.org/"
    )

with subtest("a container's firewall is closed but for the port that is passed on"):
    inside("web", f"{CURL} --output /dev/null http://127.0.0.1:9090")
    server.succeed(f"{CURL} --output /dev/null http://10.0.0.10:8080")
    server.fail(f"{CURL} --output /dev/null http://10.0.0.10:9090")
    not_inside("keyless", f"{CURL} --output /dev/null http://10.0.0.10:9090")

with subtest("nobody outside is routed to a container"):
    outside.succeed(f"ip route add 10.0.0.0/24 via {SERVER}")
    outside.fail(f"{CURL} --output /dev/null http://10.0.0.10:8080")

with subtest("a container does not reach the cloud's metadata service, which the server does"):
    outside.succeed(f"ip address add {METADATA}/32 dev eth1")
    server.succeed(f"ip route add {METADATA} dev eth1")
    server.succeed(f"{CURL} --output /dev/null http://{METADATA}")
    for container in ["web", "keyless"]:
        not_inside(container, f"{CURL} --output /dev/null http://{METADATA}")

with subtest("a container does not reach the server's SSH, by none of its addresses"):
    outside.succeed(f"timeout 5 bash -c '</dev/tcp/{SERVER}/22'")
    for address in ["10.0.0.1", SERVER]:
        inside("web", f"timeout 5 bash -c '</dev/tcp/{address}/443'")
        not_inside("web", f"timeout 5 bash -c '</dev/tcp/{address}/22'")

with subtest("a container sees the shared key, mounted read-only"):
    key = server.succeed("cat /persistent/etc/ssh/ssh_host_ed25519_key")
    assert inside("web", f"cat {KEY}") == key
    not_inside("web", f"bash -c 'echo x >>{KEY}'")
    not_inside("web", f"rm -f {KEY}")
    assert server.succeed("cat /persistent/etc/ssh/ssh_host_ed25519_key") == key

with subtest("with it, secrets are decrypted before the service that needs them"):
    assert inside("web", "cat /run/greeted") == "decrypted inside"

with subtest("a credential arrives without any key"):
    assert inside("keyless", "cat /run/taken") == "handed over"
    not_inside("keyless", f"test -e {KEY}")

with subtest("a service without its secrets waits"):
    shown = inside("waiting", "systemctl show bot --property=ActiveState,ConditionResult")
    assert {"ActiveState=inactive", "ConditionResult=no"} <= set(shown.split()), shown

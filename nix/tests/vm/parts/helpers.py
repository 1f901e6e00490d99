import json
import shlex
from typing import Any

host_key = ""


def meet() -> None:
    """Both machines are up, and the runner knows the server's host key as its user would: from the server itself."""
    global host_key
    start_all()
    server.wait_for_unit("multi-user.target")
    runner.wait_for_unit("multi-user.target")
    host_key = "server " + server.succeed("cat /etc/ssh/ssh_host_ed25519_key.pub").strip()
    runner.succeed(f"mkdir -p /root/.ssh && echo {shlex.quote(host_key)} >/root/.ssh/known_hosts")
    runner.wait_until_succeeds("ssh server hello", timeout=60)


def prepared() -> dict[str, str]:
    """The systems that can be deployed, by the names of the specialisations that they are."""
    names = server.succeed("ls /run/booted-system/specialisation").split()
    return {name: real(f"/run/booted-system/specialisation/{name}") for name in names}


def commit(system: str) -> str:
    return server.succeed(f"commit-system {system}").strip()


def deploy(rev: str, **inputs: str) -> dict[str, Any]:
    """Has the action deploy a commit: its exit code, its outputs, its log."""
    given = {"host": "server", "rev": rev, "ssh-key": "@/etc/deploy-key", "known-hosts": host_key, "timeout": "10m"}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    code, said = runner.execute(f"deploy-nixos {shlex.quote(json.dumps(given))}", timeout=660)
    assert code == 0, f"the action could not be started ({code}): {said}"
    done = json.loads(said.splitlines()[-1])
    print(done["log"])
    return done


def ended(done: dict[str, Any]) -> tuple[int, str]:
    return done["code"], done["outputs"]["status"]


def real(link: str) -> str:
    return server.succeed(f"readlink -f {link}").strip()


def running() -> str:
    return real("/run/current-system")


def default() -> str:
    """What the profile names, which is what the default boot entry starts as well."""
    profile = real("/nix/var/nix/profiles/system")
    entry = server.succeed("sed -n 's/^default //p' /boot/loader/loader.conf").strip()
    server.succeed(f"grep -F init={profile}/init /boot/loader/entries/{entry}")
    return profile


def commit_of(system: str) -> str:
    return server.succeed(f"{system}/sw/bin/nixos-version --configuration-revision").strip()


def ask(request: str) -> list[dict[str, Any]]:
    """The answer to a request of the protocol, line by line; an answer about a deploy ends with the code of that."""
    said = runner.execute(f"ssh server {shlex.quote(request)}", timeout=120)[1]
    return [json.loads(line) for line in said.splitlines()]

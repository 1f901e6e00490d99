"""Runs the bundle of an action as GitHub's runner does: inputs in INPUT_*, outputs in the runner's files.

run-action FOLDER INPUTS: FOLDER holds action.yml; INPUTS is a JSON object, in which `@FILE` stands for what FILE holds.
It prints one line of JSON: the exit code, the outputs and the log.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

FILES = ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
STEP = {
    "CI": "true",
    "GITHUB_ACTIONS": "true",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_REPOSITORY": "octo-org/octo-repo",
    "GITHUB_RUN_ID": "1658821493",
    "GITHUB_RUN_ATTEMPT": "1",
}


def main(folder: Path, given: dict[str, str]) -> None:
    manifest = yaml.safe_load((folder / "action.yml").read_text())
    with tempfile.TemporaryDirectory() as step:
        files = {name: f"{step}/{name}" for name in FILES}
        for file in files.values():
            Path(file).touch()
        env = {"PATH": os.environ["PATH"], "HOME": step, **STEP, **files, **inputs(manifest["inputs"], given)}
        argv = ["node", str(folder / manifest["runs"]["main"])]
        child = subprocess.Popen(argv, env=env, cwd=step, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert child.stdout is not None
        log = ""
        for line in child.stdout:
            log += line
        code = child.wait()
        outputs = read_outputs(Path(files["GITHUB_OUTPUT"]).read_text())
    print(json.dumps({"code": code, "outputs": outputs, "log": log}))


def inputs(declared: dict[str, dict[str, str]], given: dict[str, str]) -> dict[str, str]:
    unknown = given.keys() - declared.keys()
    if unknown:
        sys.exit(f"the action has no input {', '.join(sorted(unknown))}")
    values = {name: given.get(name, entry.get("default", "")) for name, entry in declared.items()}
    expressions = sorted(name for name, value in values.items() if "${{" in value)
    if expressions:
        sys.exit(f"give {', '.join(expressions)}: the default is an expression, which only GitHub evaluates")
    return {f"INPUT_{name.upper()}": resolved(value) for name, value in values.items()}


def resolved(value: str) -> str:
    return Path(value[1:]).read_text() if value.startswith("@") else value


def read_outputs(text: str) -> dict[str, str]:
    found = re.findall(r"^([^\n]*?)<<(\S+)\n(.*?)\n?\2\n", text, re.MULTILINE | re.DOTALL)
    return {name: value for name, _, value in found}


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))

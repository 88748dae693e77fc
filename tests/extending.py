#!/usr/bin/env python3
"""Applies the examples of docs/extending.md to a copy of the sources, builds it, and checks what the additions do.

    tests/extending.py [FOLDER]      default: target/extending

Blocks ```rust PATH are new files. In blocks ```diff PATH the lines without + are found in the file (once), and those with +
are inserted between them. tests/extending/check.rs then is a test of the copy. Dependencies are those of the release build.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def sources():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True)
    wanted = ("src/", "physics/", "tests/checked.toml", "tests/unit.toml", "tests/extending/", "benches/", "Cargo", "build.rs", "LICENSE", "README.md")
    return [name for name in listed.stdout.split("\n") if name.startswith(wanted)]


def copy(folder):
    """Files that have not changed keep their time, so that a second build is quick."""
    for name in sources():
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def insert(path, block):
    lines, text = block.split("\n"), path.read_text()
    kept = [line[1:] for line in lines if not line.startswith("+")]
    new = [line[1:] if line[:1] in ("+", " ") else line for line in lines]
    old = "\n".join(kept)
    if text.count(old + "\n") != 1:
        sys.exit(f"docs/extending.md: {path} has {text.count(old)} places like\n{old}")
    path.write_text(text.replace(old + "\n", "\n".join(new) + "\n"))
    return len(lines) - len(kept)


def apply(folder):
    text = (ROOT / "docs/extending.md").read_text()
    blocks = re.findall(r"^```(rust|diff) (\S+)\n(.*?)\n```$", text, re.M | re.S)
    if len(blocks) != len(re.findall(r"^```(?:rust|diff)\b", text, re.M)):
        sys.exit("docs/extending.md has a block of code without the path of its file")
    for kind, name, block in blocks:
        path = folder / name
        if kind == "rust":
            if (ROOT / name).exists():
                sys.exit(f"docs/extending.md: {name} is there already")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block + "\n")
            print(f"extending: {name}, new, {block.count(chr(10)) + 1} lines")
        else:
            print(f"extending: {name}, {insert(path, block)} lines inserted")
    if not blocks:
        sys.exit("docs/extending.md has no examples")


def main():
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else target / "extending").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    copy(folder)
    apply(folder)
    shutil.copy2(ROOT / "tests/extending/check.rs", folder / "tests/extending_check.rs")
    # with a setting of its own: cargo takes a copy of the sources in another folder for the same package, and would use its
    # library in place of the true one from then on
    settings = [f"profile.release.package.{name}.codegen-units=3" for name in ("glasswell", "glasswell-physics")]
    own = [word for setting in ["tests/checked.toml", "tests/unit.toml", *settings] for word in ("--config", setting)]
    command = ["cargo", "test", "--release", "--locked", *own, "--test", "extending_check"]
    environment = dict(os.environ, CARGO_TARGET_DIR=str(target))
    # the examples compile; the lints are for the sources themselves
    environment.pop("RUSTC_WORKSPACE_WRAPPER", None)
    sys.exit(subprocess.run(command, cwd=folder, env=environment).returncode)


main()

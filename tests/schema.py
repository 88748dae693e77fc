#!/usr/bin/env python3
"""Holds the JSON Schema of decks against decks that the program accepts and that it refuses. Needs the program in GLASSWELL."""
import json
import math
import os
import pathlib
import re
import subprocess
import tomllib

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parent.parent
GLASSWELL = os.environ["GLASSWELL"]
PRESETS = ["pss", "tlj", "tlj-as-printed", "harmonic", "lj"]
# what the first line of a bad deck says of an unknown key and of a value of the wrong type
UNKNOWN = r"unknown (key|section)|stands outside of every section"
KIND = (
    r"(expected|not accepted: expected) (a number$|a whole number,? (0 or more, )?without|true or false|a string|a list of|\d numbers"
    r"|a table(:| with)|a section|a duration in quotes|rows of numbers|\"all\" or a number|one of)"
)
# JSON Schema takes 1000.0 for a whole number
WHOLE = {"exponent_for_whole_number"}


def output(*arguments):
    return subprocess.run([GLASSWELL, *arguments], check=True, capture_output=True, text=True).stdout


def as_editors_read(value):
    """Numbers that JSON does not have become null."""
    if isinstance(value, dict):
        return {key: as_editors_read(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_editors_read(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def faults(validator, text):
    return [f"{'.'.join(map(str, fault.path))}: {fault.message}" for fault in validator.iter_errors(as_editors_read(tomllib.loads(text)))]


def main():
    schema = json.loads(output("schema"))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    good = {file.name: file.read_text() for folder in ("inputs", "tests/campaign_decks") for file in (ROOT / folder).glob("*.toml")}
    good |= {f"new {preset}": output("new", preset) for preset in PRESETS}
    for name, text in good.items():
        assert not (found := faults(validator, text)), f"{name} is a deck, but not by the schema: {found}"
    refused, passed = 0, 0
    for file in sorted((ROOT / "tests/bad_decks").glob("*.toml")):
        text = file.read_text()
        message = "\n".join(line for line in text.splitlines() if line.startswith("# "))
        try:
            found = faults(validator, text)
        except tomllib.TOMLDecodeError:
            continue
        refused += bool(found)
        passed += not found
        is_due = re.search(UNKNOWN, message) or re.search(KIND, message, re.MULTILINE)
        assert found or not is_due or file.stem in WHOLE, f"{file.name} is accepted by the schema: {message}"
    assert len(good) >= 30 and refused >= 90, f"{len(good)} decks, {refused} refused"
    print(f"schema: {len(good)} decks are valid; of the bad ones {refused} are not, {passed} are, whose values do not suit each other")


main()

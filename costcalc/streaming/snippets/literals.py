"""Values as the source code of each language, so that nothing in a value can end its literal. Pure.

JSON is a part of JavaScript; its strings, written with their characters as they are, are Python's, too.
"""

import json
import shlex
from collections.abc import Mapping
from typing import Any, Final

# Stands for the key in a header's value.
KEY: Final = "@the-key@"


def python(value: Any) -> str:
    """A value of JSON; a list or mapping inside another stands on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{python(name)}: {python(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(python, value)) + "]"
    return repr(value) if value is None or isinstance(value, bool) else javascript(value)


def python_mapping(values: Mapping[str, str]) -> str:
    """A mapping over several lines, whose values are source code already."""
    return "{\n" + "".join(f"    {python(name)}: {value},\n" for name, value in values.items()) + "}"


def python_header(value: str, variable: str) -> str:
    """A header's value; the key is read from the environment."""
    before, key, _ = value.partition(KEY)
    read = f"os.environ[{python(variable)}]"
    return (f"{python(before)} + {read}" if before else read) if key else python(value)


def javascript(value: Any) -> str:
    """A value of JSON."""
    return json.dumps(value, ensure_ascii=False)


def javascript_mapping(values: Mapping[str, str]) -> str:
    """An object over several lines, whose values are source code already."""
    return "{\n" + "".join(f"  {javascript(name)}: {value},\n" for name, value in values.items()) + "}"


def node_header(value: str, variable: str) -> str:
    """A header's value; the key is read from the environment."""
    before, key, _ = value.partition(KEY)
    return f"{javascript(before)} + process.env.{variable}" if key else javascript(value)


def shell(value: str) -> str:
    """One word."""
    return shlex.quote(value)


def shell_header(name: str, value: str, variable: str) -> str:
    """An option of curl; a key goes through a pipe, never through the arguments."""
    if KEY not in value:
        return f"--header {shell(f'{name}: {value}')}"
    written = shell(f"{name}: {value.replace(KEY, '%s')}\\n")
    return f'--header @<(printf {written} "${variable}")'

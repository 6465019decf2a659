"""The vocabulary's labels for the translators: Babel reads them from the TOML file through this module.

In the mapping file of `pybabel extract`:

    [extractors]
    labels = portal.mechanisms.labels:extract
    [labels: portal/mechanisms/vocabulary.toml]
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import IO

LINE = re.compile(r'^(?P<key>[a-z_]+) = "(?P<text>[^"\\]+)"$')


def extract(
    file: IO[bytes], keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, object]
) -> Iterator[tuple[int, str, str, list[str]]]:
    """(line, function, message, comments) for each label, as Babel's extraction interface has it."""
    in_groups = False
    for number, raw in enumerate(file, 1):
        line = raw.decode().rstrip("\n")
        in_groups = in_groups or line == "[groups]"
        found = LINE.match(line)
        if found and (in_groups or found["key"] == "label"):
            yield number, "gettext", found["text"], []

"""The private half: keys, archive, cases and people. Runs where a reviewer trusts the machine.

`create_app(settings)` touches no disk, no network and no identity: what needs them is made when it is first asked for.
"""

from __future__ import annotations

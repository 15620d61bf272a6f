#!/usr/bin/env python3
"""The one command: `python3 manage.py run`, `test`, `gate`, `stop`, `reset`, `lock`, and every Django command.

Needs Python and nothing else: what MOM stands on is set up on the way.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit("MOM needs Python 3.11 or newer; this is Python %d.%d." % sys.version_info[:2])  # noqa: UP031 - older Pythons read it

if sys.platform == "win32":
    sys.exit("On Windows MOM runs in WSL2; deploy\\windows\\install.ps1 sets that up.")

from mom.runtime.front import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

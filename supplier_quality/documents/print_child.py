"""Makes a PDF from the HTML of a sheet in a process of its own; started by :mod:`printing`, never imported.

The renderer loads system libraries that can end a process without an exception, and holds a long list in hundreds of
megabytes; here that ends this process and nothing else. It fetches nothing: not from the network, not from the disk.
"""

import gc
import json
import logging
import resource
import sys

MEMORY = 2_000_000_000
CPU_SECONDS = 240
LARGEST_FILE = 64_000_000


class _Notes(logging.Handler):
    """What the renderer complains about, such as a character that no font has."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage()[:300])


def main(target: str, identifier: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    html = sys.stdin.buffer.read().decode("utf-8")

    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    notes = _Notes()
    logging.getLogger("weasyprint").addHandler(notes)
    # Nearly all that is allocated lives until the end, so looking for garbage in between only costs time.
    gc.disable()
    document = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=("data",))).render()
    document.write_pdf(target, pdf_identifier=bytes.fromhex(identifier), pdf_variant="pdf/ua-1")
    json.dump({"pages": len(document.pages), "notes": notes.said[:20]}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

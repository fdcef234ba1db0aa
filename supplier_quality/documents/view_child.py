"""Makes the picture of one page in a process of its own; started by :mod:`viewing`, never imported.

Readers of pictures and PDF are large programs fed by strangers. Here one that fails, hangs or takes too much memory ends
this process and nothing else. The picture is drawn anew, so nothing of the original's bytes or notes gets into it.
"""

import json
import resource
import sys
from typing import Any

MEMORY = 1_200_000_000
CPU_SECONDS = 30
LARGEST_FILE = 64_000_000
MOST_POINTS = 150_000_000
LONGEST_SIDE = 2_000
PDF_DOTS = 150


def picture(path: str, number: int, target: str) -> int:
    """Page ``number`` of a picture file, from 1; returns how many pages there are."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_POINTS
    with Image.open(path, formats=("PNG", "JPEG", "TIFF")) as image:
        count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        if number <= count:
            image.seek(number - 1)
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            ImageOps.exif_transpose(image, in_place=True)
            save(image, target)
    return count


def pdf(path: str, number: int, target: str) -> int:
    """Page ``number`` of a PDF file, from 1; returns how many pages there are."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    document.init_forms()  # what was filled into a form is part of the page
    count = len(document)
    if number <= count:
        page = document[number - 1]
        scale = min(PDF_DOTS / 72, LONGEST_SIDE / max(*page.get_size(), 1))
        save(page.render(scale=scale).to_pil(), target)
    return count


def save(image: Any, target: str) -> None:
    """A fresh PNG on white, no larger than a screen needs."""
    from PIL import Image

    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        # More than 8 bits a point would be cut off instead of scaled.
        low, high = image.convert("F").getextrema()
        image = image.convert("F").point(lambda value: (value - low) * (255 / ((high - low) or 1))).convert("L")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    image = image.convert("RGBA")
    sheet = Image.new("RGB", image.size, "white")
    sheet.paste(image, mask=image.getchannel("A"))
    sheet.save(target, "PNG")


def main(path: str, media_type: str, number: int, target: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    draw = pdf if media_type == "application/pdf" else picture
    json.dump({"pages": draw(path, number, target)}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])

"""Vimeo videos as people and programs name them."""

import re

from zyra.core.errors import UsageError

# 123, /videos/123, vimeo:123, https://vimeo.com/123, https://player.vimeo.com/video/123, ...;
# what follows the number is the key of a video that is not listed.
_VIDEO = re.compile(
    r"(?:vimeo:|/?videos/|(?:https?:)?//(?:[a-z]+\.)*vimeo\.com/(?:[A-Za-z0-9_/-]+/)?)?"
    r"([0-9]{1,18})([/:?][A-Za-z0-9_/?=&.-]*)?"
)


def video_number(uri: str) -> str:
    """The number of the video that a Vimeo URI, address or number names.

    Raises:
        UsageError: It names none.
    """
    found = _VIDEO.fullmatch(uri.strip())
    if found is None:
        raise UsageError(
            f"{uri[:200]!r} names no Vimeo video",
            hint="write it like /videos/900195230 or https://vimeo.com/900195230",
        )
    return found[1]


def video_link(uri: str) -> str:
    """The address of the page that shows a video; an address is one already.

    Raises:
        UsageError: `uri` names no video.
    """
    number = video_number(uri)
    return uri.strip() if uri.strip().startswith("http") else f"https://vimeo.com/{number}"

"""Answers about uploads."""

from typing_extensions import TypedDict

from zyra.jobs.uploads import UploadInfo


class UploadAnswer(TypedDict):
    """An upload; `file_id:ID` names it in arguments."""

    file_id: str
    filename: str
    size: int
    sha256: str
    media_type: str
    created_at: str
    href: str


class UploadsAnswer(TypedDict):
    """The caller's uploads, newest first."""

    files: list[UploadAnswer]


def upload_answer(info: UploadInfo, root: str) -> UploadAnswer:
    """Describe an upload; the link begins with `root`."""
    return {
        "file_id": info.file_id,
        "filename": info.filename,
        "size": info.size,
        "sha256": info.sha256,
        "media_type": info.media_type,
        "created_at": info.created_at,
        "href": f"{root}/files/{info.file_id}",
    }

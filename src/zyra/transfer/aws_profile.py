"""Read what the AWS command line keeps in its files: keys, region and endpoint of a profile.

Source: "Configuration and credential file settings", AWS Command Line Interface User Guide.
"""

from collections.abc import Mapping
from configparser import ConfigParser, Error
from pathlib import Path

from zyra.core.errors import UsageError

_DEFAULT = "default"
_VARIABLES = {
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_session_token": "AWS_SESSION_TOKEN",
    "region": "AWS_REGION",
    "endpoint_url": "AWS_ENDPOINT_URL",
}
# Ways to get keys that only Amazon's own programs know.
_ELSEWHERE = ("sso_session", "sso_start_url", "credential_process", "role_arn")


def profile_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """What the chosen profile says, as variables; nothing where there are no files.

    Args:
        variables: AWS_PROFILE, AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, and HOME,
            without which the files' usual places are not looked at.

    Raises:
        UsageError: The named profile is in no file, or a file is damaged.
    """
    wanted = variables.get("AWS_PROFILE", _DEFAULT)
    found: dict[str, str] = {}
    for path, section in _places(variables, wanted):
        parser = ConfigParser(interpolation=None, default_section="")
        try:
            parser.read(path, encoding="utf-8")
        except (Error, UnicodeDecodeError) as exc:
            raise UsageError(f"{path} is no file of the AWS command line: {exc}") from exc
        if parser.has_section(section):
            found |= dict(parser[section])
    if not found and "AWS_PROFILE" in variables:
        raise UsageError(
            f"there is no AWS profile {wanted!r}",
            hint="see what there is: aws configure list-profiles",
        )
    if "aws_access_key_id" not in found and any(name in found for name in _ELSEWHERE):
        raise UsageError(
            f"the keys of AWS profile {wanted!r} are not in its file",
            hint=f'eval "$(aws configure export-credentials --profile {wanted} --format env)"',
        )
    return {_VARIABLES[name]: value for name, value in found.items() if name in _VARIABLES}


def _places(variables: Mapping[str, str], profile: str) -> list[tuple[Path, str]]:
    """Files that say something of a profile, and under which heading; later ones win."""
    home = variables.get("HOME")
    folder = Path(home, ".aws") if home else None
    config = variables.get("AWS_CONFIG_FILE") or (folder and folder / "config")
    keys = variables.get("AWS_SHARED_CREDENTIALS_FILE") or (folder and folder / "credentials")
    heading = profile if profile == _DEFAULT else f"profile {profile}"
    return [(Path(path), section) for path, section in ((config, heading), (keys, profile)) if path]

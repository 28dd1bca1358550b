"""How a person gives access to Vimeo; the same for fetching and uploading."""

from zyra.core.arguments import Args, arg
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import InputFile, Secret, TargetUrl
from zyra.core.urls import HTTP_URL

API_URL = "https://api.vimeo.com"


class VimeoArgs(Args):
    """Arguments for access to Vimeo's API."""

    vimeo_token: Secret | None = arg(
        None, "Access token of developer.vimeo.com/apps, or $VARIABLE, or @KEY"
    )
    vimeo_client_id: Secret | None = arg(
        None, "Client identifier of an app, with which a token is asked for when none is given"
    )
    vimeo_client_secret: Secret | None = arg(None, "Client secret of that app")
    credential: list[Secret] | None = arg(
        None,
        "The same as SLOT=SECRET, SLOT=$VARIABLE or SLOT=@KEY; slots: token (or access_token),"
        " client_id, client_secret",
        repeat=True,
    )
    credential_file: InputFile | None = arg(None, "File of KEY=VALUE lines that @KEY looks in")
    api_url: TargetUrl = arg(API_URL, "Address of the API", pattern=HTTP_URL)

    def access_conflicts(self, *others: str | None) -> tuple[Conflict, ...]:
        """What is wrong with them as they stand together: whether, and in words.

        Args:
            others: More secrets that may name a key of the credential file.
        """
        own = (self.vimeo_token, self.vimeo_client_id, self.vimeo_client_secret, *others)
        names_key = any((text or "").startswith("@") for text in own)
        names_key = names_key or any("=@" in text for text in self.credential or ())
        return (
            (
                self.credential_file is not None and not names_key,
                "credential_file is for secrets that name an @KEY",
            ),
        )

"""The web service: `uvicorn zyra.api.server:app` serves it."""

from zyra.core.loading import load_for_good

app = load_for_good("zyra.api.application:create_app")()

"""Choose what keeps the secrets of plans."""

from zyra.core.loading import load
from zyra.core.settings import Settings
from zyra.jobs.plan_vault import PlanVault, Seal

SEAL = "zyra.jobs.sealing:Seal"
SEAL_OF_FILE = "zyra.jobs.sealing:seal_of_file"


def build_vault(settings: Settings) -> PlanVault:
    """What keeps the secrets of plans.

    On one machine the key lies in the state folder. Processes that share a Redis need one
    that the operator gives to all of them.
    """

    def from_setting() -> Seal:
        seal: Seal = load(SEAL)(settings.plan_key)
        return seal

    def from_file() -> Seal:
        seal: Seal = load(SEAL_OF_FILE)(settings.state_dir / "plan.key")
        return seal

    if settings.plan_key is None and settings.redis_url is not None:
        return PlanVault(settings.secrets_dir, None)
    make_seal = from_file if settings.plan_key is None else from_setting
    return PlanVault(settings.secrets_dir, make_seal)

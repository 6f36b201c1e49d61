"""Names of actions and of kinds of things; each has a row in ``data/access.toml``."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """Everything that somebody may be allowed to do."""

    SEE_PUBLIC = "see_public"
    SEE_IMAGES = "see_images"
    SEE_EXACT_COUNTS = "see_exact_counts"
    STORE = "store"
    SEE_ACCOUNTING = "see_accounting"
    HANDLE_QUARANTINE = "handle_quarantine"
    APPROVE_RELEASE = "approve_release"
    IMPORT_FILES = "import_files"
    SEE_WITHDRAWALS = "see_withdrawals"
    SEND_PACKS = "send_packs"
    COSIGN_HEADS = "cosign_heads"
    APPLY_FOR_DATA = "apply_for_data"
    REVIEW_APPLICATIONS = "review_applications"
    USE_DATA = "use_data"
    REQUEST_OUTPUT = "request_output"
    CHECK_OUTPUT = "check_output"
    EXPORT_DATA = "export_data"
    ANNOTATE = "annotate"
    SUBMIT_MODELS = "submit_models"
    RELEASE_MODEL = "release_model"
    SEE_OWN_USES = "see_own_uses"
    SET_OWN_CHOICES = "set_own_choices"
    SEE_PROGRAMME = "see_programme"
    AUDIT_LEDGER = "audit_ledger"
    SEE_OPERATIONS = "see_operations"
    MANAGE_ACCOUNTS = "manage_accounts"
    APPROVE_ACCOUNTS = "approve_accounts"
    MANAGE_OWN_ACCOUNT = "manage_own_account"
    ISSUE_TOKENS = "issue_tokens"


class Kind(StrEnum):
    """What something is done to."""

    PAGE = "page"
    STUDY = "study"
    COUNTS = "counts"
    ACCOUNTING = "accounting"
    QUARANTINED = "quarantined"
    RELEASE = "release"
    PACK = "pack"
    HEAD = "head"
    APPLICATION = "application"
    DATASET = "dataset"
    OUTPUT = "output"
    CAMPAIGN = "campaign"
    MODEL = "model"
    CHOICES = "choices"
    LEDGER = "ledger"
    SERVICES = "services"
    ACCOUNT = "account"
    POWERFUL_ACCOUNT = "powerful_account"
    TOKEN = "token"  # noqa: S105 - a kind of thing, no secret

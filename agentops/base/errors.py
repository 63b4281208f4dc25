"""What an operation could not go on from: one tree, each leaf with a way out.

::

    AgentopsError
    ├── UsageError                 the command line or its settings are off         exit 2
    ├── InvalidManifests           the tree has errors; carries the Report          exit 1
    ├── CannotEdit                 a manifest cannot be rewritten by itself         exit 1
    ├── CannotWrite                a disk does not take a file                      exit 1
    ├── PlanError
    │   ├── RefusedPlan            a brake, a conflict or an owner says no          exit 1
    │   └── StalePlan              the world is not the one that was approved       exit 4
    ├── ApplyFailed                at least one step failed; carries what was done  exit 1
    ├── TargetError                a target did not do what was asked               exit 1
    │   ├── TargetUnreachable      no answer, or one from something in between      temporary
    │   ├── TargetUnavailable      429, 5xx: it answered that it cannot now         temporary
    │   ├── TargetDenied           401, 403: the credential is not enough           permanent
    │   ├── TargetRejected         any other 4xx: the request is not acceptable     permanent
    │   │   └── TargetConflict     409, 412: somebody changed the object first      permanent
    │   ├── TargetLocked           another run applies to it now                    temporary
    │   └── LeaseLost              the lease of this run is somebody else's         temporary
    ├── RepositoryError            the memory repository cannot do what was asked   exit 1
    │   ├── StaleProposal          somebody pushed or merged first                  temporary
    │   └── ForgeError             the forge said no                                permanent
    │       └── ForgeUnavailable   no answer, a limit, or one that it cannot now    temporary
    ├── DreamFailed                a dream ended without a proposal                 exit 1
    ├── StorageError               the engine's database cannot be used             exit 1
    │   └── DiskFull               what it wants to keep finds no space             temporary
    └── ApiError                   what the engine answers a request with
        ├── InvalidRequest         400   invalid_request_error
        ├── AuthenticationFailed   401   authentication_error
        ├── PermissionDenied       403   permission_error
        ├── NotFound               404   not_found_error
        ├── Conflict               409   conflict_error
        │   ├── MemoryPathConflict         memory_path_conflict_error
        │   └── MemoryPreconditionFailed   memory_precondition_failed_error
        ├── RequestTooLarge        413   request_too_large
        └── InternalError          500   api_error
"""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    from agentops.base.diagnostics import Report, SourceLine

EXIT_DONE = 0
EXIT_PROBLEMS = 1
EXIT_USAGE = 2
EXIT_CHANGES = 3
EXIT_STALE = 4
EXIT_INTERRUPTED = 130


class AgentopsError(Exception):
    """Something could not go on."""

    exit_code: ClassVar[int] = EXIT_PROBLEMS
    retry: ClassVar[Literal["temporary", "permanent"]] = "permanent"
    """Whether the same call can succeed later without anybody changing anything."""

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        """Keep the sentence (the thing and the fact) and the way out."""
        super().__init__(message or (type(self).__doc__ or "").split("\n", 1)[0])
        self.hint = hint

    @property
    def message(self) -> str:
        """Return the sentence without the way out."""
        return str(self.args[0])


class UsageError(AgentopsError):
    """The command line or its settings cannot be used."""

    exit_code = EXIT_USAGE


class InvalidManifests(AgentopsError):
    """The tree has errors."""

    def __init__(self, report: "Report", source_line: "SourceLine") -> None:
        """Carry the whole report, so that every problem is shown, and what shows the lines it speaks of."""
        super().__init__()
        self.report = report
        self.source_line = source_line


class WrongSettings(InvalidManifests):
    """A file of settings has errors: whoever starts it again with the same file gains nothing."""

    exit_code = EXIT_USAGE


class CannotEdit(AgentopsError):
    """A manifest cannot be rewritten."""


class CannotWrite(AgentopsError):
    """A file cannot be written."""


class PlanError(AgentopsError):
    """The plan cannot be used."""


class RefusedPlan(PlanError):
    """The plan may not be applied."""


class StalePlan(PlanError):
    """The plan is not the one that was approved."""

    exit_code = EXIT_STALE


class ApplyFailed(AgentopsError):
    """At least one step failed."""


class TargetError(AgentopsError):
    """The target did not do what was asked."""

    def __init__(self, message: str = "", *, hint: str = "", status: int | None = None, request_id: str = "") -> None:
        """Keep the status and the request id, which the operator of the target will ask for."""
        super().__init__(message, hint=hint)
        self.status = status
        self.request_id = request_id
        self.was_not_sent = False
        """Whether the request certainly never reached the target."""

        self.retry_after_s: float | None = None
        """How long the target asked us to wait, if it did."""


class TargetUnreachable(TargetError):
    """The target did not answer."""

    retry = "temporary"


class TargetUnavailable(TargetError):
    """The target cannot do this now."""

    retry = "temporary"


class TargetDenied(TargetError):
    """The credential is not enough for this."""


class TargetRejected(TargetError):
    """The target does not accept the request."""


class TargetConflict(TargetRejected):
    """Somebody changed the object first."""


class TargetLocked(TargetError):
    """Another run applies to the target now."""

    retry = "temporary"


class LeaseLost(TargetError):
    """The lease of this run is not its own any more."""

    retry = "temporary"


class RepositoryError(AgentopsError):
    """The memory repository cannot do what was asked."""


class StaleProposal(RepositoryError):
    """Somebody pushed or merged first."""

    retry = "temporary"


class ForgeError(RepositoryError):
    """The forge said no."""


class ForgeUnavailable(ForgeError):
    """The forge does not answer now."""

    retry = "temporary"


class DreamFailed(AgentopsError):
    """A dream ended without a proposal."""


class StorageError(AgentopsError):
    """The engine's database cannot be used."""


class DiskFull(StorageError):
    """A disk of the engine is full."""

    retry = "temporary"


class ApiError(AgentopsError):
    """What the engine answers a request with. Source: SDK 2.11.0 `types/shared/error_type.py`."""

    status: ClassVar[int]
    type: ClassVar[str]

    def __init__(self, message: str, *, details: dict[str, Any] | None = None, reason: str = "") -> None:
        """Keep the vendor's `details` object, whose `error_code` programs read, and the reason."""
        super().__init__(message)
        self.details = details
        self.reason = reason
        """Why a session cannot begin, in the word that a deployment's run is recorded with; else empty.

        Source: SDK 2.11.0 `types/beta/beta_managed_agents_*_run_error_object.py`, without `_error`.
        """


class InvalidRequest(ApiError):
    """The request is not valid."""

    status = 400
    type = "invalid_request_error"


class AuthenticationFailed(ApiError):
    """The request carries no credential we know."""

    status = 401
    type = "authentication_error"


class PermissionDenied(ApiError):
    """The credential may not do this."""

    status = 403
    type = "permission_error"


class NotFound(ApiError):
    """There is no such object."""

    status = 404
    type = "not_found_error"


class Conflict(ApiError):
    """The object is not in the state that the request assumes."""

    status = 409
    type = "conflict_error"


class MemoryPathConflict(Conflict):
    """A memory already has this path."""

    type = "memory_path_conflict_error"


class MemoryPreconditionFailed(Conflict):
    """The memory's content is not what the request assumes."""

    type = "memory_precondition_failed_error"


class RequestTooLarge(ApiError):
    """The body is larger than this endpoint takes."""

    status = 413
    type = "request_too_large"


class InternalError(ApiError):
    """The server failed."""

    status = 500
    type = "api_error"
    retry = "temporary"

"""Dreams: which store and sessions are read, by which model, and where the result goes."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Tag, model_validator

from agentops.wire.fields import Id, MemoryStoreId, ModelId, repeats
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import STRING_OR_OBJECT, LongText, Omissible, Shape

Instructions = Annotated[str, Field(min_length=1, max_length=4096), LongText()]


def _repeated(ids: list[str]) -> list[str]:
    return obeying(ids, repeats(ids, lambda index: (index,)))


class DreamMemoryStore(Shape):
    """The store that a dream reads. Source: SDK 2.11.0 `types/beta/beta_dream_memory_store_input_param.py`."""

    type: Literal["memory_store"]
    memory_store_id: MemoryStoreId


class DreamSessions(Shape):
    """The sessions that a dream reads. Source: SDK 2.11.0 `types/beta/beta_dream_sessions_input_param.py`."""

    type: Literal["sessions"]
    session_ids: Annotated[list[Id], Field(min_length=1, max_length=100), AfterValidator(_repeated)]


DreamInput = Annotated[DreamMemoryStore | DreamSessions, Field(discriminator="type")]


def input_problems(inputs: Sequence[DreamInput]) -> Iterator[Problem]:
    """Yield whether there is not exactly one store and one list of sessions."""
    for kind in ("memory_store", "sessions"):
        count = sum(each.type == kind for each in inputs)
        if count != 1:
            yield Problem((), "too-few" if count == 0 else "too-many", f"must hold exactly one {kind}, holds {count}")


class DreamModel(Shape):
    """The model that dreams. Source: SDK 2.11.0 `types/beta/beta_dream_model_config_param.py`."""

    id: ModelId
    speed: Literal["standard"] | None = None


class CreateNew(Shape):
    """The result is a new store. Source: SDK 2.11.0 `types/beta/beta_output_behavior_create_new_param.py`."""

    type: Literal["create_new"]


class UpdateExisting(Shape):
    """The result goes back into the store. Source: SDK 2.11.0 `…/beta_output_behavior_update_existing_param.py`."""

    type: Literal["update_existing"]
    memory_store_id: MemoryStoreId


class DreamCreate(Shape):
    """What starts a dream. Source: SDK 2.11.0 `types/beta/dream_create_params.py`."""

    inputs: Annotated[list[DreamInput], AfterValidator(lambda inputs: obeying(inputs, input_problems(inputs)))]
    model: Annotated[Annotated[ModelId, Tag("string")] | Annotated[DreamModel, Tag("object")], STRING_OR_OBJECT]
    instructions: Instructions | None = None
    output_behavior: Omissible[Annotated[CreateNew | UpdateExisting, Field(discriminator="type")]] = None

    @model_validator(mode="after")
    def _updates_its_input(self) -> "DreamCreate":
        return obeying(self, _other_store(self))


def _other_store(dream: DreamCreate) -> Iterator[Problem]:
    read = {each.memory_store_id for each in dream.inputs if isinstance(each, DreamMemoryStore)}
    output = dream.output_behavior
    if isinstance(output, UpdateExisting) and output.memory_store_id not in read:
        message = "must be the memory store of inputs"
        yield Problem(("output_behavior", "memory_store_id"), "bad-combination", message, tuple(read))

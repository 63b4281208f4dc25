"""From the log's blocks to the messages that a model is sent."""

from collections.abc import Sequence

from agentops.engine.core.conversation import Reply
from agentops.engine.core.json import Json, line, parsed, written
from agentops.engine.core.runs.state import ADVICE, Call, State

_NOTHING_SAID: Json = {"type": "text", "text": "(nothing was said)"}
_EMPTY_RESULT: Json = {"type": "text", "text": "(no output)"}

_SUMMARY_LIMIT = 400_000
"""How much of a conversation is summed up: about 100,000 tokens. Units: characters."""

_PART_LIMIT = 8_000
"""How much of one block a summary is made from. Units: characters."""

_SUMMARISE = """\
Below is the record of a conversation between an agent and its user, with the agent's tool calls. Its context has become
too long. Write the note from which the agent will go on: what it was asked for and by which rules, what it did and
found out (with the exact names, paths, numbers and decisions), what is finished, and what remains to be done. Write
nothing else.

"""

_ASKED = "The agent asks its advisor: "

_CONTINUES = "The conversation so far became too long and was summed up:\n\n"


def next_messages(state: State) -> str | None:
    """Return the messages that tell a model all that came since its last reply, as an array; None when nothing did.

    Instructions are a turn of their own. Source: SDK 2.11.0 `types/beta/beta_system_message_param.py`.
    """
    task = () if state.task is None else (state.task,)
    said = [*map(_result, _in_order(state)), *map(_block, state.pending), *task]
    if state.instructions:
        turns = [_turn("user", said or [_NOTHING_SAID]), _turn("system", [*map(_block, state.instructions)])]
    else:
        turns = [_turn("user", said)] if said else []
    return line(turns) if turns else None


def _in_order(state: State) -> list[Call]:
    """Return the calls as the model made them: advice is asked for behind all others."""
    calls = list(state.calls.values())
    if not any(each.type == ADVICE for each in calls):
        return calls
    blocks = parsed(state.conversation[-1].decode())["content"]
    places = {each["id"]: place for place, each in enumerate(blocks) if each["type"] == "tool_use"}
    return sorted(calls, key=lambda each: places[each.tool_use_id])


def _turn(role: str, content: list[Json]) -> Json:
    return {"role": role, "content": content}


def reply_message(reply: Reply, inputs: Sequence[Json]) -> str | None:
    """Return the reply as it is sent back later, each call with an input that is an object; None for an empty one.

    The Messages API takes no empty text, and no message of the model's that ends in thinking.
    """
    each_input = iter(inputs)
    content = [
        {**block, "input": next(each_input)} if block["type"] == "tool_use" else block
        for block in reply.content
        if (block["text"].strip() if block["type"] == "text" else inputs or block["type"] != "tool_use")
    ]
    while content and "thinking" in content[-1]["type"]:
        content.pop()
    return line({"role": "assistant", "content": content}) if content else None


def _result(call: Call) -> Json:
    result: Json = {"type": "tool_result", "tool_use_id": call.tool_use_id}
    result["content"] = [_block(each) for each in call.content] or [_EMPTY_RESULT]
    return {**result, "is_error": True} if call.is_error else result


def _block(block: Json) -> Json:
    """Return a block of an event as the Messages API has it: null means absent there."""
    return {key: value for key, value in block.items() if value is not None}


def to_summarise(conversation: Sequence[bytes]) -> str:
    """Return the request, as text, that has a conversation summed up; the middle of a very long one is left out."""
    return _SUMMARISE + _record(conversation)


def _record(conversation: Sequence[bytes]) -> str:
    record = "\n\n".join(filter(None, (_told(parsed(each.decode())) for each in conversation)))
    if len(record) <= _SUMMARY_LIMIT:
        return record
    half = _SUMMARY_LIMIT // 2
    return f"{record[:half]}\n\n[… {len(record) - _SUMMARY_LIMIT} characters left out …]\n\n{record[-half:]}"


def for_advisor(conversation: Sequence[bytes], question: str) -> str:
    """Return the messages that an advisor is sent: the whole conversation as a record, and what is asked."""
    words = f"{_record(conversation)}\n\n{_ASKED}{question}"
    return written([{"role": "user", "content": [{"type": "text", "text": words}]}])


def summed_up(conversation: Sequence[bytes], summary: str) -> list[Json]:
    """Return the messages that are left: the summary, and the last exchange where it is unfinished."""
    note: Json = {"role": "user", "content": [{"type": "text", "text": _CONTINUES + summary}]}
    return [note, *_unfinished(conversation)]


def _unfinished(conversation: Sequence[bytes]) -> list[Json]:
    """Return the end that cannot be summed up: calls whose results come next, or what the model has not read yet."""
    unread: list[Json] = []
    for each in reversed(conversation):
        message = parsed(each.decode())
        if message["role"] == "assistant":
            is_needed = any(_has(later, "tool_result") for later in unread) if unread else _has(message, "tool_use")
            return [message, *unread] if is_needed else unread
        unread.insert(0, message)
    # The model has said nothing yet: it is what the user said first that is summed up.
    return unread[1:]


def _has(message: Json, block_type: str) -> bool:
    return any(each["type"] == block_type for each in message["content"])


def _told(message: Json) -> str:
    return "\n".join(f"[{message['role']}] {text}" for text in map(_words, message["content"]) if text)


def _words(block: Json) -> str:
    kind = block["type"]
    if kind == "text":
        words = block["text"]
    elif kind == "tool_use":
        words = f"calls {block['name']} with {written(block['input'])}"
    elif kind == "tool_result":
        words = "is told: " + " ".join(map(_words, block["content"]))
    else:
        words = "" if "thinking" in kind else f"({kind})"
    return words if len(words) <= _PART_LIMIT else f"{words[:_PART_LIMIT]} [… {len(words) - _PART_LIMIT} more]"

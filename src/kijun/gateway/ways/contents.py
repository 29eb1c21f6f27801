"""What a span or an event says, by whichever convention tells it; each half by the first that tells that half.

First come the conventions that tell messages, then the events of before, last the values that frameworks put beside any step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol

from kijun.gateway.jsons import NotJson, parse
from kijun.gateway.ways.messages import messages, opened
from kijun.gateway.ways.parts import calls, kept, text
from kijun.gateway.ways.spans import DETAILS, Happening
from kijun.gateway.ways.trees import tree

_RETRIEVAL: Final = ("gen_ai.retrieval.query.text", "gen_ai.retrieval.documents")
_ARGUMENTS: Final = ("gen_ai.tool.call.arguments", "ai.toolCall.args", "ai.toolCall.input")
_RESULTS: Final = ("gen_ai.tool.call.result", "ai.toolCall.result", "ai.toolCall.output")
_NAMES: Final = ("gen_ai.tool.name", "tool.name", "ai.toolCall.name", "traceloop.entity.name")
_GIVEN: Final = ("traceloop.entity.input", "input.value")
_MADE: Final = ("traceloop.entity.output", "output.value")
_TOOLS: Final = ("gen_ai.tool.definitions", "llm.tools", "llm.request.functions", "ai.prompt.tools")
_Source = Callable[[Mapping[str, Any]], Any]
_Said = list[dict[str, Any]]


class Saying(Protocol):
    """What is filled here: a call."""

    operation: str
    said: _Said
    answers: _Said
    finish: list[str]
    tools: Any
    other: dict[str, Any]


def read_contents(call: Saying, held: Mapping[str, Any], events: tuple[Happening, ...]) -> None:
    """Put into a call what was said."""
    for one in events:
        if one.name == DETAILS:
            held = {**one.attributes, **held}
    call.said, call.answers = _first(held, _ASKED, "user"), _first(held, _ANSWERED, "assistant")
    asked, answered, reasons = _of_events(events)
    call.said, call.answers = call.said or asked, call.answers or answered
    call.finish = call.finish or [one["finish_reason"] for one in call.answers if "finish_reason" in one]
    call.finish = call.finish or reasons
    if call.operation == "execute_tool":
        _tool(call, held)
    elif call.operation == "retrieval":
        _retrieval(call, held)
    call.said = call.said or _first(held, map(_named, _GIVEN), "user")
    if call.operation != "embeddings":  # there it is numbers
        call.answers = call.answers or _first(held, map(_named, _MADE), "assistant")
    if instructions := held.get("gen_ai.system_instructions"):
        call.said = [*_instructions(instructions), *call.said]
    for message in call.said:
        message.pop("finish_reason", None)
    call.tools = _definitions(held)


def read_event(call: Saying, event: Happening) -> None:
    """Put into a call the message that one event tells."""
    call.said, call.answers, reasons = _of_events((event,))
    call.finish = call.finish or reasons


# --- by attributes -----------------------------------------------------------------------------------------


def _named(name: str) -> _Source:
    return lambda held: held.get(name)


def _numbered(prefix: str) -> _Source:
    def found(held: Mapping[str, Any]) -> Any:
        known = tree(held, prefix)
        if isinstance(known, Mapping):  # other attributes stand beside those with numbers
            numbers = [name for name in known if name.isascii() and name.isdigit()]
            return [known[name] for name in sorted(numbers, key=lambda name: (len(name), name))]
        return known

    return found


def _embedded(held: Mapping[str, Any]) -> Any:
    found = tree({name: one for name, one in held.items() if name.endswith(".text")}, "embedding.embeddings")
    listed = found if isinstance(found, list) else []
    inner = [one.get("embedding") for one in listed if isinstance(one, Mapping)]
    return [one["text"] for one in inner if isinstance(one, Mapping) and one.get("text")]


def _values(held: Mapping[str, Any]) -> Any:
    """What the Vercel AI SDK embeds: each value as JSON."""
    found = held.get("ai.values") or held.get("ai.value")
    return [text(_unquoted(one)) for one in (found if isinstance(found, list) else [found]) if one]


def _unquoted(value: Any) -> Any:
    if isinstance(value, str) and value[:1] == '"':
        try:
            return parse(value.encode("utf-8", "surrogatepass"))
        except NotJson:
            pass
    return value


def _vercel(held: Mapping[str, Any]) -> Any:
    for start in ("ai.response", "ai.result"):  # today's, and that of before
        parts: list[Any] = [held[name] for name in (f"{start}.text", f"{start}.object") if held.get(name)]
        if thought := held.get(f"{start}.reasoning"):
            parts.insert(0, {"type": "reasoning", "content": text(thought)})
        tools = opened(held.get(f"{start}.toolCalls"))
        if parts or tools:
            return [{"role": "assistant", "content": parts, "tool_calls": tools}]
    return None


_ASKED: Final[tuple[_Source, ...]] = (
    _named("gen_ai.input.messages"),
    _numbered("llm.input_messages"),
    _numbered("gen_ai.prompt"),
    _named("gen_ai.prompt"),
    _numbered("llm.prompts"),
    _named("llm.prompts"),
    _embedded,
    _named("ai.prompt.messages"),
    _named("ai.prompt"),
    _values,
)
_ANSWERED: Final[tuple[_Source, ...]] = (
    _named("gen_ai.output.messages"),
    _numbered("llm.output_messages"),
    _numbered("gen_ai.completion"),
    _named("gen_ai.completion"),
    _numbered("llm.completions"),
    _vercel,
)


def _first(held: Mapping[str, Any], sources: Any, role: str) -> _Said:
    for source in sources:
        if (value := source(held)) and (found := messages(value, role)):
            return found
    return []


def _instructions(told: Any) -> _Said:
    found = opened(told)
    is_parts = isinstance(found, list) and all(isinstance(one, (str, Mapping)) for one in found)
    return messages([{"role": "system", "parts": found if is_parts else [text(told)]}], "system")


def _definitions(held: Mapping[str, Any]) -> Any:
    for name in _TOOLS:
        if found := opened(held.get(name)) or tree(held, name):
            return kept([opened(one) for one in found] if isinstance(found, list) else found)
    return None


# --- by events ---------------------------------------------------------------------------------------------


def _of_events(events: tuple[Happening, ...]) -> tuple[_Said, _Said, list[str]]:
    """What was asked, what was answered and why that ended, by the events that told messages before attributes did."""
    asked: _Said = []
    answered: _Said = []
    reasons: list[str] = []
    for one in events:
        held = one.attributes
        match one.name:
            case (
                "gen_ai.system.message"
                | "gen_ai.user.message"
                | "gen_ai.assistant.message"
                | "gen_ai.tool.message"
            ):
                role = one.name.split(".")[1]
                body = _body(held)
                if role == "tool" and "id" in body:
                    body.setdefault("tool_call_id", body.pop("id"))
                asked += messages([{**body, "role": role}], role)
            case "gen_ai.choice":
                body = _body(held)
                answered += messages([{"role": "assistant", **body}], "assistant")
                if reason := body.get("finish_reason"):
                    reasons.append(text(reason)[:100])
            case "gen_ai.content.prompt":
                asked += messages(held.get("gen_ai.prompt"), "user")
            case "gen_ai.content.completion":
                answered += messages(held.get("gen_ai.completion"), "assistant")
    return asked, answered, reasons


def _body(held: Mapping[str, Any]) -> dict[str, Any]:
    """An event's own fields: those of others have names with points. Azure's SDKs put them all into one, as JSON."""
    body = {name: one for name, one in held.items() if "." not in name}
    content = held.get("gen_ai.event.content")
    found = opened(content)
    if isinstance(found, Mapping):
        return {**found, **body}
    return body if not content or "content" in body else {**body, "content": content}


# --- of tools and searches ---------------------------------------------------------------------------------


def _retrieval(call: Saying, held: Mapping[str, Any]) -> None:
    """Documents were searched: what was looked for is what was asked, what was found is what was answered."""
    query, found = (call.other.pop(name, None) for name in _RETRIEVAL)
    if query and not call.said:
        call.said = messages(held[_RETRIEVAL[0]], "user")
    if found and not call.answers:
        call.answers = [{"role": "tool", "content": text(held[_RETRIEVAL[1]])}]


def _tool(call: Saying, held: Mapping[str, Any]) -> None:
    """A tool was called: its arguments are what was asked, its result what was answered."""
    parameters = ("tool.parameters",)  # OpenInference: what the tool takes, or what it was given
    given = next(_held(held, _ARGUMENTS if call.said else (*_ARGUMENTS, *_GIVEN, *parameters)), None)
    made = next(_held(held, _RESULTS if call.answers else (*_RESULTS, *_MADE)), None)
    if held.get(*parameters) and given is not held[parameters[0]]:
        call.other |= {parameters[0]: text(held[parameters[0]])}
    if given is not None:
        named = {
            "name": next(_held(held, _NAMES), ""),
            "arguments": given,
            "id": held.get("gen_ai.tool.call.id"),
        }
        call.said.append({"role": "assistant", "tool_calls": calls([named])})
    if made is not None:
        call.answers.append({"role": "tool", "content": text(made)})


def _held(held: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Any]:
    return (held[one] for one in names if held.get(one))

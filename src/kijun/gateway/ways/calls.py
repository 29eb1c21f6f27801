"""A span as a call of AI: what was done, with which model, how much, and what was said.

Read are the GenAI semantic conventions of OpenTelemetry as they are now (``gen_ai.input.messages``) and as they were (events of the span,
``gen_ai.prompt.0.content``, ``gen_ai.system``), OpenInference (``llm.input_messages.0.message.content``), OpenLLMetry (``traceloop.…``) and the
Vercel AI SDK (``ai.prompt.messages``). Sources: opentelemetry.io/docs/specs/semconv/gen-ai, the specification of OpenInference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kijun.gateway.ways.messages import calls, messages, opened, text
from kijun.gateway.ways.spans import AI_ATTRIBUTES, AI_EVENTS, DETAILS, Happening, Log, Span
from kijun.gateway.ways.trees import tree

#: Operations whose tokens count; those of an agent are the sum of its calls, which tell their own.
INFERENCE: Final = frozenset(("chat", "text_completion", "generate_content", "embeddings"))
_BY_KIND: Final = {
    "LLM": "chat",
    "EMBEDDING": "embeddings",
    "TOOL": "execute_tool",
    "AGENT": "invoke_agent",
    "tool": "execute_tool",
    "agent": "invoke_agent",
    "completion": "text_completion",
    "chat": "chat",
    "embedding": "embeddings",
}
_MOST_TOKENS: Final = 1 << 40
_DEEPEST: Final = 60  # levels of a tool's definition that stay JSON
_LONGEST: Final = 4_000  # characters of an attribute that is no message
#: Attributes that are read elsewhere.
_READ: Final = [
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.prompt",
    "gen_ai.completion",
    "gen_ai.usage.",
    "llm.input_messages",
    "llm.output_messages",
    "llm.prompts",
    "llm.completions",
    "llm.token_count.",
    "llm.tools",
    "llm.request.functions",
    "traceloop.entity.input",
    "traceloop.entity.output",
    "ai.prompt",
    "ai.response.text",
    "ai.response.toolCalls",
    "ai.usage.",
    "ai.toolCall.args",
    "ai.toolCall.result",
    "ai.value",
    "ai.embedding",
]
_OTHERS: Final = frozenset(
    (
        "error.type",
        "server.address",
        "server.port",
        "user.id",
        "enduser.id",
        "session.id",
        "metadata",
        "tag.tags",
    )
)
_RETRIEVAL: Final = ("gen_ai.retrieval.query.text", "gen_ai.retrieval.documents")
_REPORTER: Final = ("service.name", "service.version", "service.namespace", "deployment.environment.name")


@dataclass(slots=True)
class Call:
    """``said`` and ``answers`` are messages of a chat. ``tokens``: in, out. ``other`` is what else the span tells of the AI."""

    operation: str
    provider: str = ""
    model: str = ""
    tokens: tuple[int, int] = (0, 0)
    conversation: str = ""
    error: str = ""
    finish: list[str] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list, repr=False)
    answers: list[dict[str, Any]] = field(default_factory=list, repr=False)
    tools: Any = field(default=None, repr=False)
    other: dict[str, Any] = field(default_factory=dict, repr=False)


def call_of(span: Span) -> Call | None:
    """The call that a span tells of; None for one that tells of none (a chain's step, a request that carries a number of tokens)."""
    held = span.attributes
    operation = operation_of(held)
    by_events = not operation and not held.get("openinference.span.kind")
    if by_events and (events := [one for one in span.events if one.name.startswith(AI_EVENTS)]):
        held = {name: value for one in events for name, value in one.attributes.items()} | dict(held)
        operation = operation_of(held) or "chat"
    if not operation:
        return None
    call = _begun(operation, held, span.resource)
    call.error = text(held.get("error.type") or ("error" if span.failed else ""))[:200]
    if span.message:
        call.other["status"] = span.message[:_LONGEST]
    _contents(call, held, span.events)
    return None if by_events and not (call.said or call.answers or operation_of(held)) else call


def call_of_log(log: Log) -> Call | None:
    """The call that an event tells of; None for one that says nothing."""
    held = dict(log.attributes)
    if log.name == DETAILS:
        body = log.body if isinstance(log.body, Mapping) else {}
        held = {**body, **held}
        call = _begun(operation_of(held) or "chat", held, log.resource)
        call.error = text(held.get("error.type") or "")[:200]
        _contents(call, held, ())
        return call
    call = _begun(operation_of(held) or "chat", held, log.resource)
    body = log.body if isinstance(log.body, Mapping) else {"content": log.body}
    _event(call, Happening(log.name, {**held, **body}))
    return call if call.said or call.answers else None


def operation_of(held: Mapping[str, Any]) -> str:
    """The operation by whichever convention; empty where there is none."""
    told = held.get("gen_ai.operation.name")
    if isinstance(told, str) and told:
        return told[:100]
    for name in ("openinference.span.kind", "llm.request.type", "traceloop.span.kind"):
        kind = held.get(name)
        if isinstance(kind, str) and kind in _BY_KIND:
            return _BY_KIND[kind]
        if name == "openinference.span.kind" and kind:
            return ""
    if held.get("ai.operationId") in ("ai.toolCall",):
        return "execute_tool"
    names = (
        "gen_ai.request.model",
        "gen_ai.response.model",
        "llm.model_name",
        "gen_ai.system",
        "gen_ai.provider.name",
    )
    return "chat" if any(held.get(name) for name in names) else ""


def _begun(operation: str, held: Mapping[str, Any], resource: Mapping[str, Any]) -> Call:
    def first(*names: str) -> str:
        return next((text(held[name])[:200] for name in names if held.get(name)), "")

    reasons = held.get("gen_ai.response.finish_reasons")
    reasons = opened(reasons) if isinstance(reasons, str) else reasons
    call = Call(
        operation,
        first("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider"),
        first(
            "gen_ai.response.model",
            "gen_ai.request.model",
            "llm.model_name",
            "llm.request.model",
            "embedding.model_name",
            "ai.model.id",
        ),
        (
            _tokens(
                held,
                "gen_ai.usage.input_tokens",
                "gen_ai.usage.prompt_tokens",
                "llm.token_count.prompt",
                "ai.usage.promptTokens",
            ),
            _tokens(
                held,
                "gen_ai.usage.output_tokens",
                "gen_ai.usage.completion_tokens",
                "llm.token_count.completion",
                "ai.usage.completionTokens",
            ),
        ),
        first("gen_ai.conversation.id", "session.id"),
        finish=[text(one)[:100] for one in reasons[:100]] if isinstance(reasons, list) else [],
    )
    call.other = {name: _short(value) for name, value in _other(held)}
    reporter = {name: _short(resource[name]) for name in _REPORTER if resource.get(name)}
    if reporter:
        call.other["resource"] = reporter
    return call


def _tokens(held: Mapping[str, Any], *names: str) -> int:
    for name in names:
        value = held.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_TOKENS:
            return value
    return 0


def _other(held: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in held.items():
        if name in _OTHERS or (
            name.startswith(AI_ATTRIBUTES)
            and not any(
                name.startswith(one) and (one[-1] == "." or name[len(one) : len(one) + 1] in ("", "."))
                for one in _READ
            )
        ):
            yield name[:200], value


def _short(value: Any) -> Any:
    if isinstance(value, (bool, int)) or value is None:
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    said = text(value)
    return said if len(said) <= _LONGEST else said[:_LONGEST] + "…"


# --- what was said ----------------------------------------------------------------------------------------


def _contents(call: Call, held: Mapping[str, Any], events: tuple[Happening, ...]) -> None:
    """What was said, by the first convention that tells it."""
    for one in events:
        if one.name == DETAILS:
            held = {**one.attributes, **held}
    if instructions := held.get("gen_ai.system_instructions"):
        found = opened(instructions)
        parts = found if isinstance(found, list) else [found]
        call.said += messages([{"role": "system", "parts": parts}], "system")
    call.said += _first(held, _ASKED, "user")
    call.answers += _first(held, _ANSWERED, "assistant")
    if not call.said and not call.answers:
        for one in events:
            _event(call, one)
    if not call.said and not call.answers:
        for name, value in (("input.value", call.said), ("output.value", call.answers)):
            value += messages(held.get(name), "user" if name == "input.value" else "assistant")
    if call.operation == "execute_tool":
        _tool(call, held)
    if call.operation == "retrieval":
        _retrieval(call, held)
    for message in call.said:
        message.pop("finish_reason", None)
    call.tools = _first_value(held, "gen_ai.tool.definitions", "llm.tools", "llm.request.functions")
    call.finish = call.finish or [one["finish_reason"] for one in call.answers if "finish_reason" in one]


_Source = Callable[[Mapping[str, Any]], Any]


def _named(name: str) -> _Source:
    return lambda held: held.get(name)


def _numbered(prefix: str) -> _Source:
    return lambda held: tree(held, prefix)


def _embedded(held: Mapping[str, Any]) -> Any:
    found = tree({name: one for name, one in held.items() if name.endswith(".text")}, "embedding.embeddings")
    return [one.get("embedding", {}).get("text") for one in found] if isinstance(found, list) else None


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
    _named("traceloop.entity.input"),
)
_ANSWERED: Final[tuple[_Source, ...]] = (
    _named("gen_ai.output.messages"),
    _numbered("llm.output_messages"),
    _numbered("gen_ai.completion"),
    _named("gen_ai.completion"),
    _numbered("llm.completions"),
    lambda held: _vercel(held),
    _named("traceloop.entity.output"),
)


def _vercel(held: Mapping[str, Any]) -> Any:
    said, tools = held.get("ai.response.text"), held.get("ai.response.toolCalls")
    return [{"role": "assistant", "content": said, "tool_calls": opened(tools)}] if said or tools else None


def _first(held: Mapping[str, Any], sources: tuple[_Source, ...], role: str) -> list[dict[str, Any]]:
    for source in sources:
        if (value := source(held)) and (found := messages(value, role)):
            return found
    return []


def _first_value(held: Mapping[str, Any], *names: str) -> Any:
    for name in names:
        if found := opened(held.get(name)) or tree(held, name):
            return found if _is_shallow(found, _DEEPEST) else text(found)
    return None


def _is_shallow(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return levels > 0 and all(_is_shallow(one, levels - 1) for one in inner)


def _event(call: Call, event: Happening) -> None:
    """One of the events by which messages were told before they had attributes."""
    held, name = event.attributes, event.name
    match name:
        case (
            "gen_ai.system.message"
            | "gen_ai.user.message"
            | "gen_ai.assistant.message"
            | "gen_ai.tool.message"
        ):
            role = name.split(".")[1]
            call.said += messages([{"tool_call_id": held.get("id"), **held, "role": role}], role)
        case "gen_ai.choice":
            found = messages([{"role": "assistant", **held}], "assistant")
            call.answers += found
            if reason := held.get("finish_reason"):
                call.finish.append(text(reason)[:100])
        case "gen_ai.content.prompt":
            call.said += messages(held.get("gen_ai.prompt"), "user")
        case "gen_ai.content.completion":
            call.answers += messages(held.get("gen_ai.completion"), "assistant")


def _retrieval(call: Call, held: Mapping[str, Any]) -> None:
    """Documents were searched: what was looked for is what was asked, what was found is what was answered."""
    query, found = (call.other.pop(name, None) for name in _RETRIEVAL)
    if query and not call.said:
        call.said = messages(held[_RETRIEVAL[0]], "user")
    if found and not call.answers:
        call.answers = [{"role": "tool", "content": text(held[_RETRIEVAL[1]])}]


def _tool(call: Call, held: Mapping[str, Any]) -> None:
    """A tool was called: its arguments are what was asked, its result what was answered."""
    given = next(
        (
            held[one]
            for one in ("gen_ai.tool.call.arguments", "tool.parameters", "ai.toolCall.args")
            if held.get(one)
        ),
        None,
    )
    made = next(
        (held[one] for one in ("gen_ai.tool.call.result", "ai.toolCall.result") if held.get(one)), None
    )
    name = next(
        (held[one] for one in ("gen_ai.tool.name", "tool.name", "ai.toolCall.name") if held.get(one)), ""
    )
    if given is not None:
        call.said = [
            {
                "role": "assistant",
                "tool_calls": calls(
                    [{"name": name, "arguments": given, "id": held.get("gen_ai.tool.call.id")}]
                ),
            }
        ]
    if made is not None:
        call.answers = [{"role": "tool", "content": text(made)}]

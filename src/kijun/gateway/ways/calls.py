"""A span as a call of AI: what was done, with which model, how much, and what was said.

Read are the GenAI semantic conventions of OpenTelemetry as they are now (``gen_ai.input.messages``) and as they were (events of the span,
``gen_ai.prompt.0.content``, ``gen_ai.system``), OpenInference (``llm.input_messages.0.message.content``), OpenLLMetry (``traceloop.…``) and the
Vercel AI SDK (``ai.prompt.messages``). Sources: opentelemetry.io/docs/specs/semconv/gen-ai, the specification of OpenInference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kijun.gateway.ways.contents import read_contents, read_event
from kijun.gateway.ways.messages import opened
from kijun.gateway.ways.parts import text
from kijun.gateway.ways.spans import AI_ATTRIBUTES, AI_EVENTS, DETAILS, Happening, Log, Span

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
_LONGEST: Final = 4_000  # characters of an attribute that is no message
#: Attributes that are read elsewhere, and those that begin with one of these and a number; and all that begin so.
_READ: Final = frozenset(
    (
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.tool.definitions",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
        "gen_ai.prompt",
        "gen_ai.completion",
        "gen_ai.event.content",
        "llm.input_messages",
        "llm.output_messages",
        "llm.prompts",
        "llm.completions",
        "llm.tools",
        "llm.request.functions",
        "traceloop.entity.input",
        "traceloop.entity.output",
        "ai.prompt",
        "ai.prompt.messages",
        "ai.prompt.tools",
        *(
            f"ai.{of}.{what}"
            for of in ("response", "result")
            for what in ("text", "object", "reasoning", "toolCalls")
        ),
        *(f"ai.toolCall.{what}" for what in ("args", "input", "result", "output")),
        "ai.value",
        "ai.values",
        "ai.embedding",
        "ai.embeddings",
    )
)
_BEGINNINGS: Final = ("gen_ai.usage.", "llm.token_count.", "ai.usage.")
_NUMBERED: Final = re.compile(r"\.[0-9]+(?:\..*)?", re.DOTALL)
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
    read_contents(call, held, span.events)
    return None if by_events and not (call.said or call.answers or operation_of(held)) else call


def call_of_log(log: Log) -> Call | None:
    """The call that an event tells of; None for one that says nothing."""
    held = dict(log.attributes)
    if log.name == DETAILS:
        body = log.body if isinstance(log.body, Mapping) else {}
        held = {**body, **held}
        call = _begun(operation_of(held) or "chat", held, log.resource)
        call.error = text(held.get("error.type") or "")[:200]
        read_contents(call, held, ())
        return call
    call = _begun(operation_of(held) or "chat", held, log.resource)
    body = log.body if isinstance(log.body, Mapping) else {"content": log.body}
    read_event(call, Happening(log.name, {**held, **body}))
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
    if operation := _vercels(held.get("ai.operationId")):
        return operation
    names = (
        "gen_ai.request.model",
        "gen_ai.response.model",
        "llm.model_name",
        "gen_ai.system",
        "gen_ai.provider.name",
    )
    return "chat" if any(held.get(name) for name in names) else ""


def _vercels(told: Any) -> str:
    """The operation of a span of the Vercel AI SDK; of those that lie around a call of a model, none."""
    outer, _, inner = told.rpartition(".") if isinstance(told, str) else ("", "", "")
    if told == "ai.toolCall":
        return "execute_tool"
    if inner in ("doEmbed", "doEmbedMany") and outer.startswith("ai."):
        return "embeddings"
    return "chat" if inner in ("doGenerate", "doStream") and outer.startswith("ai.") else ""


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
                "ai.usage.inputTokens",
                "ai.usage.tokens",
            ),
            _tokens(
                held,
                "gen_ai.usage.output_tokens",
                "gen_ai.usage.completion_tokens",
                "llm.token_count.completion",
                "ai.usage.completionTokens",
                "ai.usage.outputTokens",
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
        if name in _OTHERS or (name.startswith(AI_ATTRIBUTES) and not _is_read(name)):
            yield name[:200], value


def _is_read(name: str) -> bool:
    """Whether an attribute is read elsewhere."""
    return name.startswith(_BEGINNINGS) or name in _READ or _NUMBERED.sub("", name, count=1) in _READ


def _short(value: Any) -> Any:
    if isinstance(value, (bool, int)) or value is None:
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    said = text(value)
    return said if len(said) <= _LONGEST else said[:_LONGEST] + "…"

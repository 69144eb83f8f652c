"""How a subscription runs through the graph: one answer after the other, the last says why."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Mapping
from inspect import isawaitable
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLSchema,
    located_error,
    subscribe,
)

from gateway.guard.unsaid import Present, presenting
from gateway.http.exchange import JSON, Answer, GraphQLRequest, HTTPInfo
from resolvers.context import Context

Told = Mapping[str, object]


def answer_of(told: Told, http: HTTPInfo, *, is_kept: bool = False) -> Answer:
    """Return the answer that tells this, which may be what is kept."""
    failed = "data" not in told
    status = 400 if failed and http.media_type != JSON else 200
    body, whole = msgspec.json.encode(told), "errors" not in told
    return Answer(body=body, status=status, failed=failed, whole=whole, is_kept=is_kept)


async def whole(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Do this to its end, though its client leaves: what it changes is not to be done by half."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


async def told(
    schema: GraphQLSchema, document: DocumentNode, asked: GraphQLRequest, context: Context
) -> AsyncGenerator[Told, None]:
    """Tell each event of this subscription; where it has to end, the reason is told last."""
    results = subscribe(
        schema,
        document,
        context_value=context,
        variable_values=asked.variables,
        operation_name=asked.operation_name,
        hide_suggestions=context.viewer.staff is None,
    )
    present = presenting(asked, context.viewer)
    if isawaitable(results):
        results = await results
    if isinstance(results, ExecutionResult):
        yield {"errors": [present(error) for error in results.errors or ()]}
        return
    try:
        async for result in results:
            yield _told(result, present)
    except Exception as error:  # noqa: BLE001  # whatever ends it, its client is told, or masked
        yield {"errors": [present(located_error(error))]}
    finally:
        await _close(results)


def _told(result: ExecutionResult, present: Present) -> Told:
    answer: dict[str, object] = {"data": result.data}
    if result.errors:
        answer["errors"] = [present(error) for error in result.errors]
    return answer


async def _close(results: AsyncIterator[ExecutionResult]) -> None:
    """End the source of the events at once, and not when memory is tidied."""
    if isinstance(results, AsyncGenerator):
        await results.aclose()

"""Which facts an expression reads: the dotted paths shown beside a rule and needed by those who load the facts."""

from collections.abc import Iterator

from supplier_quality.engine.expressions.syntax import Index, Literal, Name, Node, Select, children


def fact_path(node: Node) -> str | None:
    """``supplier.score`` for a chain of fields that starts at a fact, None for anything else."""
    match node:
        case Name(slot=None):
            return node.name
        case Select():
            below = fact_path(node.operand)
        case Index(index=Literal(value=str())) if node.operand.type.kind == "record":
            below = fact_path(node.operand)
        case _:
            return None
    field = node.field if isinstance(node, Select) else str(node.index.value)  # type: ignore[attr-defined]
    return None if below is None else f"{below}.{field}"


def read_nodes(tree: Node) -> Iterator[Node]:
    """The outermost chain of every fact that is read."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if fact_path(node) is not None:
            yield node
        else:
            pending.extend(reversed(children(node)))


def reads_of(tree: Node) -> list[str]:
    """The paths in the order in which they stand in the text, each once."""
    return list(dict.fromkeys(str(fact_path(node)) for node in read_nodes(tree)))

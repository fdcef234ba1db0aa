"""Which type may stand for which: CEL's assignability with type variables, for overloads and for lists and maps of
anything."""

from dataclasses import dataclass, field

from supplier_quality.engine.expressions.overloads import Overload
from supplier_quality.engine.expressions.types import DYN, STRING, Type

_NULLABLE = ("timestamp", "duration", "null", "dyn", "optional")


@dataclass(slots=True)
class Inference:
    """The types found so far for the type variables of one expression."""

    known: dict[int, Type] = field(default_factory=dict)
    count: int = 0

    def fresh(self) -> Type:
        self.count += 1
        return Type("variable", number=self.count)

    def resolved(self, type_: Type) -> Type:
        """The type with every known variable replaced, unknown ones left."""
        if type_.kind == "variable":
            found = self.known.get(type_.number)
            return type_ if found is None else self.resolved(found)
        if type_.args:
            return Type(type_.kind, tuple(self.resolved(part) for part in type_.args))
        return type_

    def final(self, type_: Type) -> Type:
        """As resolved, with unknown variables as ``dyn``."""
        type_ = self.resolved(type_)
        if type_.kind == "variable":
            return DYN
        if type_.args:
            return Type(type_.kind, tuple(self.final(part) for part in type_.args))
        return type_

    def assignable(self, left: Type, right: Type) -> bool:  # noqa: PLR0911 - one answer per kind
        left, right = self._unwrapped(left), self._unwrapped(right)
        if right.kind == "variable":
            valid, was_known = self._substitutes(left, right)
            if valid or was_known:
                return valid
        if left.kind == "variable":
            return self._substitutes(right, left)[0]
        if left.kind == "dyn" or right.kind == "dyn":
            return True
        if left.kind == "null" or right.kind == "null":
            return (right if left.kind == "null" else left).kind in _NULLABLE
        if left.kind == "record" or right.kind == "record":
            return self._records(left, right)
        if left.kind != right.kind or len(left.args) != len(right.args):
            return False
        return all(self.assignable(own, other) for own, other in zip(left.args, right.args, strict=True))

    @staticmethod
    def _unwrapped(type_: Type) -> Type:
        return type_.args[0] if type_.kind == "optional" else type_

    def _records(self, left: Type, right: Type) -> bool:
        """Equal records fit each other; a record fits a map of strings that can hold each of its fields."""
        if left.kind == right.kind:
            own, other = dict(left.fields), dict(right.fields)
            return own.keys() == other.keys() and all(self.assignable(own[name], other[name]) for name in own)
        record, other_type = (left, right) if left.kind == "record" else (right, left)
        if other_type.kind != "map" or not self.assignable(STRING, other_type.args[0]):
            return False
        value = self.resolved(other_type.args[1])
        if value.kind == "variable":
            self.known[value.number] = self.common([type_ for _name, type_ in record.fields])
            return True
        return all(self.assignable(type_, value) for _name, type_ in record.fields)

    def _substitutes(self, type_: Type, variable: Type) -> tuple[bool, bool]:
        """Whether the type may stand for the variable, and whether the variable was known before."""
        if type_ == variable:
            return True, True
        found = self.known.get(variable.number)
        if found is None:
            if self._occurs(variable, type_):
                return False, False
            self.known[variable.number] = type_
            return True, False
        if type_ == found:
            return True, True
        if not self.assignable(type_, found):
            return False, True
        general = self._more_general(type_, found)
        if not self._occurs(variable, general):
            self.known[variable.number] = general
        return True, True

    def _occurs(self, variable: Type, type_: Type) -> bool:
        if type_.kind == "variable":
            if type_ == variable:
                return True
            found = self.known.get(type_.number)
            return found is not None and self._occurs(variable, found)
        return any(self._occurs(variable, part) for part in type_.args)

    def _more_general(self, left: Type, right: Type) -> Type:
        return left if self._as_general(left, right) else right

    def _as_general(self, left: Type, right: Type) -> bool:
        if left.kind in ("dyn", "variable"):
            return True
        if right.kind in ("dyn", "variable"):
            return False
        # Null gives way to the type beside it, so that [null, timestamp] is a list of timestamps.
        if right.kind == "null" or left.kind != right.kind:
            return right.kind == "null"
        if left.args:
            return all(self._as_general(own, other) for own, other in zip(left.args, right.args, strict=True))
        return left == right

    def common(self, types: list[Type], *, first_stays: bool = False) -> Type:
        """One type for all elements of a list: ``dyn`` when they do not fit together.

        For the values of a map (``first_stays``) the oracle keeps the first type whenever the others fit it.
        """
        if not types:
            return self.fresh()
        joined = self.resolved(types[0])
        for type_ in types[1:]:
            before = dict(self.known)
            if not self.assignable(joined, type_):
                self.known = before
                return DYN
            if not first_stays:
                joined = self._more_general(joined, type_)
        return joined

    def call(self, overloads: list[Overload], arguments: list[Type], *, member: bool) -> Type | None:
        """The type of a call, ``dyn`` when several overloads with different results fit; None when none fits."""
        result: Type | None = None
        for overload in overloads:
            if overload.member != member or len(overload.parameters) != len(arguments):
                continue
            own = self._instance(overload)
            before = dict(self.known)
            pairs = zip(arguments, own.parameters, strict=True)
            if not all(self.assignable(argument, parameter) for argument, parameter in pairs):
                self.known = before
                continue
            found = self.resolved(own.result)
            if result is None:
                result = found
            elif result.kind != "dyn" and found != result:
                result = DYN
        return result

    def _instance(self, overload: Overload) -> Overload:
        variables: dict[int, Type] = {}

        def copy(type_: Type) -> Type:
            if type_.kind == "variable":
                if type_.number not in variables:
                    variables[type_.number] = self.fresh()
                return variables[type_.number]
            return Type(type_.kind, tuple(copy(part) for part in type_.args)) if type_.args else type_

        return Overload(tuple(copy(type_) for type_ in overload.parameters), copy(overload.result), overload.member)

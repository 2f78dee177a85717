"""Calls, functions written in FEEL, and types asked for."""

from typing import Any

from engine.feel import invoke
from engine.feel.bounds import Run
from engine.feel.builtins import BUILTINS
from engine.feel.compiler.base import Code, Compiler, compile_node
from engine.feel.errors import Undefined
from engine.feel.functions import Function, Parameter, Signature
from engine.feel.membership import belongs, converted
from engine.feel.tree import Call, FunctionLiteral, InstanceOf, Name, Typed
from engine.feel.types import ANY, NULL


@compile_node.register
def _call(node: Call, compiler: Compiler) -> Code:
    function, at = _callee(node, compiler), node.at
    arguments = tuple(compiler.code(argument) for argument in node.arguments)
    names = node.names

    def code(run: Run) -> Any:
        callee = function(run)
        if not isinstance(callee, Function):
            return run.report("what is called is no function", at)
        given = [argument(run) for argument in arguments]
        if names is not None:
            return invoke.invoke_named(callee, dict(zip(names, given, strict=True)), run, at)
        return invoke.invoke(callee, given, run, at)

    return code


def _callee(node: Call, compiler: Compiler) -> Code:
    """A name that is called means a local function, one that the data is known to have, a built-in, else the data's."""
    name = node.function.name if isinstance(node.function, Name) else None
    if name in BUILTINS and name not in compiler.declared and name not in compiler.scope:
        builtin = BUILTINS[name]
        return lambda run: builtin
    return compiler.code(node.function)


@compile_node.register
def _function(node: FunctionLiteral, compiler: Compiler) -> Code:
    with compiler.local(*(name for name, _ in node.parameters)) as base, compiler.body() as levels:
        body = compiler.code(node.body)
        depth = levels()
    parameters = tuple(Parameter(name=name, type=kind, nullable=True) for name, kind in node.parameters)
    result, at = node.result, node.at

    def code(run: Run) -> Any:
        run.spend(1 + base // 8, at)
        around = run.locals[:base]

        def called(call: invoke.Call, *arguments: object) -> Any:
            outer = call.run.locals
            call.run.locals = [*around, *arguments]
            try:
                return body(call.run)
            finally:
                call.run.locals = outer

        form = Signature(parameters=parameters, body=called, result=result, levels=depth + 2)
        return Function(name="the function", signatures=(form,))

    return code


@compile_node.register
def _instance_of(node: InstanceOf, compiler: Compiler) -> Code:
    value, kind, at = compiler.code(node.value), node.type, node.at

    def code(run: Run) -> Any:
        subject = value(run)
        run.spend(1, at)
        return kind == NULL if subject is None else belongs(subject, kind, run, at)

    return code


@compile_node.register
def _typed(node: Typed, compiler: Compiler) -> Code:
    value, kind, at, name = compiler.code(node.value), node.type, node.at, node.name
    if kind == ANY:
        return value

    def code(run: Run) -> Any:
        subject = value(run)
        run.spend(1, at)
        try:
            return converted(subject, kind, run, at)
        except Undefined:
            return run.report(f"the value of `{name}` is no {kind}", at)

    return code

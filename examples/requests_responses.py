"""Requests and responses: who receives a response asked for it (mypyvy's ``client_server_ae``)."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, assume


class Letter(Machine):
    unsent = State(initial=True)
    sent = State()
    post = sent.from_(unsent, sent)


class Delivery(Machine):
    pending = State(initial=True)
    received = State()
    receive_it = received.from_(pending, received)


class Node(Entity):
    pass


class Request(Entity):
    pass


class Response(Entity):
    pass


class Match(Entity):
    request: Request
    response: Response


class Question(Entity):
    node: Node
    request: Request
    letter: Letter


class Answer(Entity):
    node: Node
    response: Response
    letter: Letter
    delivery: Delivery


class Service(System):
    nodes: Many[Node]
    requests: Many[Request]
    responses: Many[Response]
    matches: Many[Match]
    questions: Many[Question]
    answers: Many[Answer]

    @action
    def ask(self, question: Question) -> None:
        question.letter.post()

    @action
    def respond(self, question: Question, match: Match, answer: Answer) -> None:
        if (
            question.letter.sent.is_active
            and match.request == question.request
            and match.response == answer.response
            and answer.node == question.node
        ):
            answer.letter.post()

    @action
    def receive(self, answer: Answer) -> None:
        if answer.letter.sent.is_active:
            answer.delivery.receive_it()


CATALOGUE = Catalogue(Service)


@CATALOGUE.always("service.was_asked_for", "Safety")
def was_asked_for(service: Service, answer: Answer) -> bool:
    """Who received a response sent a request that it matches."""
    assume(answer.delivery.received.is_active)
    return any(
        question.node == answer.node
        and question.letter.sent.is_active
        and any(
            match.request == question.request and match.response == answer.response
            for match in service.matches
        )
        for question in service.questions
    )

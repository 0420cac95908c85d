"""Calls a worker to what waits in rows. A ring that nobody hears costs a little time: sweepers ring again."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

# Who rings is answering a person: a broker that is down or mute is given up within two seconds, not waited for.
IMPATIENT = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 1}


def ring(task: str, **kwargs: int) -> None:
    """Sends a message to the worker's `task`. A broker that does not answer is logged, never an error."""
    with current_app.connection_for_write() as connection:
        connection.transport_options = {**connection.transport_options, **IMPATIENT}
        try:
            current_app.send_task(task, kwargs=kwargs, connection=connection, retry=False, ignore_result=True)
        except OperationalError as error:
            log.warning("doorbell_not_heard", task=task, **kwargs, error=str(error))

import { stateError } from '../argument-errors.js';

export function closedError(): Error {
  return stateError('ERR_AIO_CONTEXT_CLOSED', 'The AioContext has been closed');
}

export function unheardError(): Error {
  return stateError(
    'ERR_INVALID_STATE',
    'An operation that signals an eventfd of its own cannot be awaited: collect it with getEvents(), or ' +
      'set its eventfd to null',
  );
}

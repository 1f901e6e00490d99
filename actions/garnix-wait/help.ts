import { COMMON_HEADINGS, type Help } from '../shared/help.ts'

/** The headings of README.md below "When it fails". */
export const HELP: Help = {
  action: 'garnix-wait',
  headings: {
    ...COMMON_HEADINGS,
    'cache.garnix.io is gone: …': [],
    'Garnix could not evaluate …': [],
    "'…' of … ended with '…'": [],
    'Garnix has evaluated … and makes no check …': [],
    'No check … appeared for … within …': ['No check or status … appeared for … within …'],
    "… Apps have checks of Garnix's names: …": [],
    'GitHub does not know the token it was asked for … with (401).': [],
    "The token may not have … (403): it lacks '…'.": ['GitHub does not have …, or not for this token (404)'],
    'GitHub refused … (status …).': [],
    'GitHub could not be asked: …': [
      'GitHub has answered all that this token may ask within the hour: …',
      'GitHub is asked too much at once: …',
    ],
    "The 'timeout' is over, and the CI is not done.": [],
    'The store path of … is not known: …': [],
    '… of the closure cannot be fetched.': [],
    'the closure of … has more than … paths: …': [],
    '… is not on the default branch, …': [],
    'The closure can be fetched, and could not be recorded: …': [],
    'The closure can be fetched, and could not be recorded: … is recorded as … already, …': [],
    'The closure can be fetched, and could not be recorded: The note of … has … bytes, …': [
      'The closure can be fetched, and could not be recorded: There are more notes in one directory …',
    ],
    'The run was canceled.': [],
  },
}

/** The page's own small pictures, drawn with one line each. */

const PATHS = {
  outside: 'M2 8h8M7 4.5 10.5 8 7 11.5M13.5 3v10',
  done: 'M3 8.5 6.5 12 13 4.5',
  failed: 'M4 4l8 8M12 4l-8 8',
  effect: 'M9 2 4 9h4l-1 5 5-7H8z',
  timer: 'M8 3.5a5 5 0 1 0 .01 0M8 6v2.7l1.8 1.1M6.5 1.5h3',
  message: 'M2.5 4h11v8h-11zM3 4.5l5 4 5-4',
  owner: 'M8 3a2.4 2.4 0 1 0 .01 0M3.5 13.5c.5-3 2-4.2 4.5-4.2s4 1.2 4.5 4.2',
  control: 'M3 5h10M3 11h10M6 3v4M10.5 9v4',
  doubt: 'M5.5 6a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M8 12.6v.2',
  live: 'M8 8h.01M5 5a4.2 4.2 0 0 0 0 6M11 5a4.2 4.2 0 0 1 0 6M2.8 2.8a7.4 7.4 0 0 0 0 10.4M13.2 2.8a7.4 7.4 0 0 1 0 10.4',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.5v9l7-4.5z',
  stop: 'M4 4h8v8H4z',
  send: 'M2.5 8 13.5 3 11 13.5 7.5 9.5z',
  fork: 'M4 3v10M4 9c0-3 8-1 8-6M10 5l2-2 2 2',
  compare: 'M5 3v10M11 3v10M2 6l3-3 3 3M8 10l3 3 3-3',
  link: 'M6.5 9.5l3-3M7 4.5 8.5 3a3 3 0 0 1 4.5 4.3L11.5 9M9 11.5 7.5 13A3 3 0 0 1 3 8.7L4.5 7',
  test: 'M6 2h4M6.7 2v4L3 13.5h10L9.3 6V2',
  search: 'M7 2.5a4.5 4.5 0 1 0 .01 0M10.3 10.3l3.2 3.2',
  help: 'M6 6a2 2 0 1 1 2.8 1.9c-.6.2-.8.6-.8 1.3M8 11.5v.2M8 1.8a6.2 6.2 0 1 0 .01 0',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  list: 'M3 4h.01M6 4h7M3 8h.01M6 8h7M3 12h.01M6 12h7',
  chart: 'M2.5 2.5h5v4h-5zM8.5 9.5h5v4h-5zM5 6.5v5h3.5',
  open: 'M4 6l4 4 4-4',
  closed: 'M6 4l4 4-4 4',
  left: 'M10 3.5 5.5 8l4.5 4.5',
  right: 'M6 3.5 10.5 8 6 12.5',
  first: 'M11.5 3.5 7 8l4.5 4.5M4.5 3.5v9',
  end: 'M4.5 3.5 9 8l-4.5 4.5M11.5 3.5v9',
  pin: 'M8 9.5V14M4.5 9.5h7M6 9.5V3h4v6.5M5 3h6',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  lock: 'M4 7.5h8V13H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  alert: 'M8 2.5 14 13H2zM8 6.5v3M8 11.3v.1',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  retry: 'M12.5 6A5 5 0 1 0 13 9M12.7 2.8V6H9.5',
  close: 'M4 4l8 8M12 4l-8 8',
  child: 'M4 3v6.5h6M8 7l2.5 2.5L8 12',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}

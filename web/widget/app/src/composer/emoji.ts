/** The faces and signs people in shops really use, in rows as they are shown. */

export const emoji = [
  ...'😀😄😁😂🤣😊😇🙂😉😍😘😋😜🤔😎🥳😌😴😅😓😭😢😥😱😡😤🙄😳🤯🥺🤝👍👎👌✌️🙏👏💪👋🤙❤️💔💯✨🎉🎁🌹🍀⭐🔥☀️🌧️🍵☕🎂🍎📦🚚🛒🏷️💰🧾📷📱💻⏰✅❌❓❗🆗🔄'.matchAll(
    /\p{Extended_Pictographic}\uFE0F?/gu,
  ),
].map(([sign]) => sign)
